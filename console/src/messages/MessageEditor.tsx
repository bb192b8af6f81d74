// One to five messages, each in several languages side by side, with LINE's own counters.
import { useRef, useState } from 'react';
import { call, type FieldError } from '../api/client';
import type { DocumentProblem } from '../api/types';
import { useT } from '../i18n';
import { graphemeLength, utf16Length } from '../lib/text';
import { Button, Field, ProblemNotice } from '../ui';
import { languages, type ChoicesMessage, type DraftMessage, type ImageMessage, type MessageAction, type Texts } from './model';
import './messages.css';

const maxMessages = 5;
const maxText = 5000; // LINE: UTF-16 units

interface TextsFieldProps {
  label: string;
  value: Texts;
  onChange: (value: Texts) => void;
  shown: string[]; // languages
  path: string; // "messages[0].text"
  errors: FieldError[];
  most: number;
  unit: 'utf16' | 'grapheme';
  oneLine?: boolean;
  disabled?: boolean;
  variables?: { name: string; label: string }[];
  hints?: DocumentProblem[]; // what the server finds hard to read
}

function TextsField({ label, value, onChange, shown, path, errors, most, unit, oneLine, disabled, variables, hints = [] }: TextsFieldProps) {
  const t = useT();
  const areas = useRef(new Map<string, HTMLTextAreaElement>());
  const length = unit === 'utf16' ? utf16Length : graphemeLength;
  const insert = (language: string, name: string) => {
    const area = areas.current.get(language);
    const text = value[language] ?? '';
    const at = area?.selectionStart ?? text.length;
    onChange({ ...value, [language]: `${text.slice(0, at)}{${name}}${text.slice(area?.selectionEnd ?? at)}` });
    area?.focus();
  };
  return (
    <div className={shown.length > 1 ? 'languages' : undefined}>
      {languages
        .filter((language) => shown.includes(language.id))
        .map((language) => {
          const text = value[language.id] ?? '';
          const error = errors.find((each) => each.field === `${path}.${language.id}` || (language.id === 'ja' && each.field === path))?.message;
          const found = hints.filter((each) => each.path === `${path}.${language.id}`);
          const name = shown.length > 1 ? t(`${label}（${language.ja}）`, `${label} (${language.en})`) : label;
          return (
            <div key={language.id}>
              <Field label={name} error={error} required={language.id === 'ja'} counter={{ length: length(text), most }}>
                {(attributes) =>
                  oneLine ? (
                    <input {...attributes} className="input" lang={language.id} disabled={disabled} value={text} onChange={(event) => onChange({ ...value, [language.id]: event.target.value })} />
                  ) : (
                    <textarea
                      {...attributes}
                      ref={(node) => {
                        if (node) areas.current.set(language.id, node);
                        else areas.current.delete(language.id);
                      }}
                      className="input"
                      lang={language.id}
                      rows={7}
                      disabled={disabled}
                      value={text}
                      onChange={(event) => onChange({ ...value, [language.id]: event.target.value })}
                    />
                  )
                }
              </Field>
              {!oneLine && variables && variables.length > 0 && !disabled && (
                <div className="row variables">
                  <span className="small weak">{t('読む人に合わせて入れる：', 'Filled in for each reader:')}</span>
                  {variables.map((variable) => (
                    <button key={variable.name} type="button" className="button button-small button-quiet" onClick={() => insert(language.id, variable.name)}>
                      {`{${variable.label}}`}
                    </button>
                  ))}
                </div>
              )}
              {found.length > 0 && (
                <ul className="easy-hints" aria-live="polite">
                  {found.map((hint) => (
                    <li key={hint.message}>{hint.message}</li>
                  ))}
                </ul>
              )}
            </div>
          );
        })}
    </div>
  );
}

interface Media {
  url: string;
  preview_url: string;
}

function ImageEditor({ message, onChange, path, errors, shown, disabled }: { message: ImageMessage; onChange: (message: ImageMessage) => void; path: string; errors: FieldError[]; shown: string[]; disabled?: boolean }) {
  const t = useT();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const upload = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const media = (await call<Media>('/media', { method: 'POST', body: file })).data;
      onChange({ ...message, url: media.url, preview_url: media.url });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <ProblemNotice problem={problem} />
      <Field label={t('画像', 'Picture')} hint={t('JPEGかPNG、10MBまで。位置情報などは取り除かれます。', 'JPEG or PNG up to 10 MB; embedded location data is removed.')} error={errors.find((each) => each.field === `${path}.url`)?.message} required>
        {(attributes) => <input {...attributes} className="input" type="file" accept="image/png,image/jpeg" disabled={disabled || busy} onChange={(event) => void upload(event.target.files?.[0])} />}
      </Field>
      {message.url && <img className="uploaded" src={message.preview_url || message.url} alt={message.alt.ja ?? ''} />}
      <TextsField label={t('画像の説明', 'Description of the picture')} value={message.alt} onChange={(alt) => onChange({ ...message, alt })} shown={shown} path={`${path}.alt`} errors={errors} most={1500} unit="utf16" oneLine disabled={disabled} />
    </div>
  );
}

function ActionsEditor({ actions, onChange, path, errors, most, disabled }: { actions: MessageAction[]; onChange: (actions: MessageAction[]) => void; path: string; errors: FieldError[]; most: number; disabled?: boolean }) {
  const t = useT();
  const change = (index: number, next: Partial<MessageAction>) => onChange(actions.map((each, i) => (i === index ? { ...each, ...next } : each)));
  return (
    <div className="stack-s">
      {actions.map((action, index) => (
        <div key={index} className="action-row">
          <Field label={t(`ボタン${index + 1}の文字`, `Button ${index + 1}`)} error={errors.find((each) => each.field.startsWith(`${path}[${index}].label`))?.message} counter={{ length: graphemeLength(action.label.ja ?? ''), most: 20 }}>
            {(attributes) => <input {...attributes} className="input" disabled={disabled} value={action.label.ja ?? ''} onChange={(event) => change(index, { label: { ...action.label, ja: event.target.value } })} />}
          </Field>
          <Field label={t('開くページ（https）', 'Opens (https)')} error={errors.find((each) => each.field.startsWith(`${path}[${index}].value`))?.message}>
            {(attributes) => <input {...attributes} className="input" type="url" inputMode="url" placeholder="https://" disabled={disabled} value={action.value.ja ?? ''} onChange={(event) => change(index, { value: { ja: event.target.value } })} />}
          </Field>
          <Button small kind="quiet" disabled={disabled} onClick={() => onChange(actions.filter((_, i) => i !== index))}>
            {t(`ボタン${index + 1}を削除`, `Remove button ${index + 1}`)}
          </Button>
        </div>
      ))}
      {actions.length < most && (
        <div>
          <Button small disabled={disabled} onClick={() => onChange([...actions, { type: 'uri', label: { ja: '' }, value: { ja: '' } }])}>
            {t('＋ ボタンを足す', '+ Add button')}
          </Button>
        </div>
      )}
    </div>
  );
}

function ChoicesEditor({ message, onChange, path, errors, hints, shown, disabled }: { message: ChoicesMessage; onChange: (message: ChoicesMessage) => void; path: string; errors: FieldError[]; hints: DocumentProblem[]; shown: string[]; disabled?: boolean }) {
  const t = useT();
  return (
    <div className="stack">
      <TextsField label={t('本文', 'Text')} value={message.text} onChange={(text) => onChange({ ...message, text })} shown={shown} path={`${path}.text`} errors={errors} most={message.title?.ja ? 60 : 160} unit="grapheme" disabled={disabled} hints={hints} />
      <ActionsEditor actions={message.choices} onChange={(choices) => onChange({ ...message, choices })} path={`${path}.choices`} errors={errors} most={4} disabled={disabled} />
    </div>
  );
}

interface Props {
  messages: DraftMessage[];
  onChange: (messages: DraftMessage[]) => void;
  shown: string[]; // languages shown; "ja" always
  errors: FieldError[];
  hints: DocumentProblem[]; // what the server finds hard to read, at its paths
  variables: { name: string; label: string }[];
  disabled?: boolean;
}

export function MessageEditor({ messages, onChange, shown, errors, hints, variables, disabled }: Props) {
  const t = useT();
  const replace = (index: number, message: DraftMessage) => onChange(messages.map((each, i) => (i === index ? message : each)));
  const move = (index: number, by: number) => {
    const next = [...messages];
    const [taken] = next.splice(index, 1);
    if (taken) next.splice(index + by, 0, taken);
    onChange(next);
  };
  const names: Record<DraftMessage['type'], string> = {
    text: t('文章', 'Text'), image: t('画像', 'Picture'), choices: t('ボタンつき', 'With buttons'), cards: t('カード', 'Cards'), flex: t('Flex（LINEの書式）', 'Flex'), location: t('地図', 'Place'),
  };
  const add = (message: DraftMessage) => onChange([...messages, message]);
  return (
    <div className="stack">
      {messages.map((message, index) => {
        const path = `messages[${index}]`;
        return (
          <section key={index} className="message" aria-label={t(`${index + 1}通目：${names[message.type]}`, `Message ${index + 1}: ${names[message.type]}`)}>
            <div className="row-between">
              <h3>{t(`${index + 1}通目：${names[message.type]}`, `${index + 1}. ${names[message.type]}`)}</h3>
              {!disabled && messages.length > 1 && (
                <div className="row">
                  <Button small kind="quiet" disabled={index === 0} onClick={() => move(index, -1)}>
                    {t('上へ', 'Up')}
                  </Button>
                  <Button small kind="quiet" disabled={index === messages.length - 1} onClick={() => move(index, 1)}>
                    {t('下へ', 'Down')}
                  </Button>
                  <Button small kind="quiet" onClick={() => onChange(messages.filter((_, i) => i !== index))}>
                    {t('削除', 'Remove')}
                  </Button>
                </div>
              )}
            </div>
            {message.type === 'text' && (
              <TextsField label={t('本文', 'Text')} value={message.text} onChange={(text) => replace(index, { ...message, text })} shown={shown} path={`${path}.text`} errors={errors} most={maxText} unit="utf16" disabled={disabled} variables={variables} hints={hints} />
            )}
            {message.type === 'image' && <ImageEditor message={message} onChange={(next) => replace(index, next)} path={path} errors={errors} shown={shown} disabled={disabled} />}
            {message.type === 'choices' && <ChoicesEditor message={message} onChange={(next) => replace(index, next)} path={path} errors={errors} hints={hints} shown={shown} disabled={disabled} />}
            {(message.type === 'cards' || message.type === 'flex' || message.type === 'location') && (
              <p className="weak">{t('このメッセージは右のプレビューで確認できます。内容の変更はファイルからの取り込みで行います。', 'See the preview; this kind is changed by importing a file.')}</p>
            )}
          </section>
        );
      })}
      {!disabled && messages.length < maxMessages && (
        <div className="row">
          <Button small onClick={() => add({ type: 'text', text: { ja: '' } })}>
            {t('＋ 文章', '+ Text')}
          </Button>
          <Button small onClick={() => add({ type: 'image', url: '', alt: { ja: '' } })}>
            {t('＋ 画像', '+ Picture')}
          </Button>
          <Button small onClick={() => add({ type: 'choices', text: { ja: '' }, choices: [{ type: 'uri', label: { ja: '' }, value: { ja: '' } }] })}>
            {t('＋ ボタンつき', '+ Buttons')}
          </Button>
          <span className="small weak">{t(`あと${maxMessages - messages.length}通`, `${maxMessages - messages.length} more`)}</span>
        </div>
      )}
    </div>
  );
}
