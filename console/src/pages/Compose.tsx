// Writing a notice: what it says, to whom, when. Saved by itself; two people in one draft do not overwrite each other.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newKey, post, Problem, type FieldError } from '../api/client';
import { useSession } from '../api/session';
import type { Broadcast, BroadcastDocument, DocumentProblem, DryRun, Kind, Preview } from '../api/types';
import { useLanguage } from '../i18n';
import { forgetUnsaved, keepUnsaved, readUnsaved } from '../lib/unsaved';
import { formatDateTime, fromLocalInput, toLocalInput } from '../lib/time';
import { MessageEditor } from '../messages/MessageEditor';
import { isWritten, languages, previewIn, readMessages, titleOf, writeMessages, type DraftMessage } from '../messages/model';
import { PhonePreview } from '../phone/PhonePreview';
import { AudiencePanel } from '../segments/AudiencePanel';
import { useAttributes } from '../segments/attributes';
import { emptyRules, isEmpty, parseRules, plainRules, type SegmentRules } from '../segments/model';
import { Button, Check, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';
import { DryRunPanel } from './DryRunPanel';
import './compose.css';

const RecurrenceEditor = lazy(() => import('./RecurrenceEditor'));

interface Form {
  title: string;
  kind: Kind;
  section: string;
  topic: string;
  messages: DraftMessage[];
  rules: SegmentRules;
  when: 'order' | 'once' | 'rule';
  at: string; // datetime-local
  rule: unknown;
  expires: string; // datetime-local
}

function formOf(document: BroadcastDocument): Form {
  const schedule = document.schedule;
  const isRule = Boolean(schedule) && typeof schedule === 'object';
  return {
    title: document.title,
    kind: document.kind,
    section: document.section,
    topic: document.topic ?? '',
    messages: readMessages(document.messages),
    rules: parseRules(document.segment),
    when: isRule ? 'rule' : typeof schedule === 'string' && schedule !== 'now' ? 'once' : 'order',
    at: typeof schedule === 'string' && schedule !== 'now' ? toLocalInput(schedule) : '',
    rule: isRule ? schedule : undefined,
    expires: document.expires ? toLocalInput(document.expires) : '',
  };
}

function documentOf(form: Form): Record<string, unknown> {
  return {
    title: form.title.trim() || titleOf(form.messages),
    kind: form.kind,
    priority: 'bulk',
    section: form.section,
    topic: form.topic,
    segment: isEmpty(form.rules) ? null : plainRules(form.rules),
    messages: writeMessages(form.messages),
    schedule: form.when === 'once' && form.at ? fromLocalInput(form.at) : form.when === 'rule' ? form.rule : null,
    expires: form.expires ? fromLocalInput(form.expires) : null,
  };
}

type Saving = { state: 'saved' | 'dirty' | 'saving' | 'conflict' | 'failed' | 'new'; at?: Date; problem?: Problem };

export default function Compose() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const { t } = useLanguage();
  const existing = useQuery({
    queryKey: ['broadcast', id],
    queryFn: async ({ signal }) => call<Broadcast>(`/broadcasts/${id}`, { signal }),
    enabled: Boolean(id),
    refetchOnWindowFocus: false,
    staleTime: Infinity,
  });
  if (id && existing.isPending) return <Loading />;
  if (id && existing.isError) return <ProblemNotice problem={existing.error} retry={() => void existing.refetch()} />;
  const broadcast = existing.data?.data;
  if (broadcast && !broadcast.possible.includes('edit')) {
    return (
      <Notice tone="info" title={t('この配信は、いま編集できません', 'This notice cannot be edited now')}>
        <Link to={`/broadcasts/${id}`}>{t('配信の画面へ', 'Open it')}</Link>
      </Notice>
    );
  }
  return <Editor key={id ?? 'new'} id={id} broadcast={broadcast} revision={existing.data?.revision ?? broadcast?.summary.revision} practice={parameters.get('kind') === 'practice'} />;
}

function Editor({ id: firstId, broadcast, revision: firstRevision, practice }: { id?: string; broadcast?: Broadcast; revision?: number; practice: boolean }) {
  const { t, language } = useLanguage();
  const { me } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const attributes = useAttributes();
  const account = me?.name ?? '';
  const [restored, setRestored] = useState(() => readUnsaved<Form>(account, firstId ?? 'new', firstRevision));
  const blank = (): Form =>
    broadcast
      ? formOf(broadcast.document)
      : { title: '', kind: practice ? 'practice' : 'live', section: me?.section ?? '', topic: '', messages: [{ type: 'text', text: { ja: '' } }], rules: emptyRules, when: 'order', at: '', rule: undefined, expires: '' };
  const [form, setForm] = useState<Form>(() => restored ?? blank());
  const [shown, setShown] = useState<string[]>(() => {
    const used = new Set<string>(['ja']);
    for (const message of form.messages) {
      if (message.type === 'text') Object.keys(message.text).forEach((each) => used.add(each));
    }
    return [...used];
  });
  const [saving, setSaving] = useState<Saving>({ state: restored ? 'dirty' : firstId ? 'saved' : 'new' });
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [submitting, setSubmitting] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const id = useRef(firstId);
  const revision = useRef(firstRevision);
  const key = useRef(newKey());
  const dirty = useRef(Boolean(restored));
  const running = useRef<Promise<boolean> | null>(null);
  const latest = useRef(form);
  latest.current = form;

  const change = useCallback(
    (part: Partial<Form>) => {
      const next = { ...latest.current, ...part };
      latest.current = next;
      setForm(next);
      dirty.current = true;
      setSaving((old) => (old.state === 'conflict' ? old : { state: 'dirty' }));
      keepUnsaved(account, id.current ?? 'new', id.current ? revision.current : undefined, next);
    },
    [account],
  );
  // The rule builder also reports what it was given; that is no change.
  const changeRules = useCallback(
    (rules: SegmentRules) => {
      if (JSON.stringify(plainRules(rules)) !== JSON.stringify(plainRules(latest.current.rules))) change({ rules });
      else setForm((old) => ({ ...old, rules }));
    },
    [change],
  );
  const startAnew = () => {
    forgetUnsaved(account, id.current ?? 'new');
    dirty.current = false;
    setForm(blank());
    setSaving({ state: id.current ? 'saved' : 'new' });
    setRestored(undefined);
  };

  /** Saves what is there. True when the server has it. */
  const save = useCallback(async (): Promise<boolean> => {
    if (running.current) await running.current;
    if (!dirty.current && id.current) return true;
    const run = async () => {
      dirty.current = false;
      const before = id.current ?? 'new';
      setSaving({ state: 'saving' });
      try {
        const body = documentOf(latest.current);
        if (id.current) {
          const answer = await call<{ revision: number; problems: DocumentProblem[] }>(`/broadcasts/${id.current}`, { method: 'PUT', body, revision: revision.current });
          revision.current = answer.revision ?? answer.data.revision;
          setErrors(answer.data.problems.map((each) => ({ field: each.path, message: each.message })));
        } else {
          const answer = await call<{ id: string; revision: number }>('/broadcasts', { method: 'POST', body, idempotencyKey: key.current });
          id.current = answer.data.id;
          revision.current = answer.revision ?? answer.data.revision;
          window.history.replaceState(null, '', `/compose/${answer.data.id}`);
        }
        forgetUnsaved(account, before);
        if (dirty.current) keepUnsaved(account, id.current, revision.current, latest.current);
        setRestored(undefined);
        setSaving({ state: dirty.current ? 'dirty' : 'saved', at: new Date() });
        return true;
      } catch (error) {
        dirty.current = true;
        const known = error instanceof Problem ? error : undefined;
        if (known?.status === 412) setSaving({ state: 'conflict', problem: known });
        else setSaving({ state: 'failed', problem: known });
        setErrors(known?.errors ?? []);
        return false;
      }
    };
    running.current = run();
    const done = await running.current;
    running.current = null;
    return done;
  }, [account]);

  // By itself, a moment after the last change, once it has what the server asks of a draft: a text. Until then it is kept in this
  // browser. What failed because nobody answered is tried again.
  const written = form.messages.every(isWritten);
  const ownTitle = titleOf(form.messages);
  const keepable = (form.title.trim() || ownTitle) !== '' && form.messages.length > 0 && written;
  const ready = keepable && !isEmpty(form.rules);
  const away = saving.state === 'failed' && (saving.problem?.passing || saving.problem?.signedOut);
  useEffect(() => {
    if (!dirty.current || !(saving.state === 'dirty' || away) || !keepable) return undefined;
    const timer = setTimeout(() => void save(), away ? 3000 : 1500);
    return () => clearTimeout(timer);
  }, [form, save, saving, away, keepable]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (dirty.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);

  const [previewLanguage, setPreviewLanguage] = useState('ja');
  const [previewDistrict, setPreviewDistrict] = useState('');
  const previewBody = useMemo(() => JSON.stringify({ document: { ...documentOf(form), segment: 'everyone', schedule: null, expires: null }, district: previewDistrict || undefined }), [form, previewDistrict]);
  const [settledBody, setSettledBody] = useState(previewBody);
  useEffect(() => {
    const timer = setTimeout(() => setSettledBody(previewBody), 250);
    return () => clearTimeout(timer);
  }, [previewBody]);
  const preview = useQuery({
    queryKey: ['preview', settledBody],
    queryFn: ({ signal }) => call<Preview>('/broadcasts/preview', { method: 'POST', body: JSON.parse(settledBody) as unknown, signal }).then((answer) => answer.data),
    placeholderData: (old) => old,
    retry: false,
  });
  const variant = previewIn(preview.data, previewLanguage);

  const [dry, setDry] = useState<DryRun>();
  const check = async () => {
    setProblem(undefined);
    if (!(await save()) || !id.current) return;
    try {
      setDry(await post<DryRun>(`/broadcasts/${id.current}/dry-run`));
      setSubmitting(true);
    } catch (error) {
      setProblem(error);
    }
  };
  const submit = async () => {
    try {
      await call(`/broadcasts/${id.current}/actions/submit`, { method: 'POST', body: {}, revision: revision.current });
      await queries.invalidateQueries({ queryKey: ['broadcast', id.current] });
      void queries.invalidateQueries({ queryKey: ['home'] });
      navigate(`/broadcasts/${id.current}`);
    } catch (error) {
      setProblem(error);
      setSubmitting(false);
    }
  };
  const testSend = async () => {
    setProblem(undefined);
    if (!(await save()) || !id.current) return;
    try {
      const answer = await post<{ addresses: number }>(`/broadcasts/${id.current}/test-send`);
      setTested(answer.addresses);
    } catch (error) {
      setProblem(error);
    }
  };
  const [tested, setTested] = useState<number>();

  const error = (field: string) => errors.find((each) => each.field === field)?.message;
  const districts = attributes.data?.find((attribute) => attribute.id === 'district')?.values ?? [];
  const usesDistrict = JSON.stringify(form.messages).includes('{district}');
  const hints = (preview.data?.problems ?? []).filter((each) => each.warning);
  const topics = attributes.data?.find((attribute) => attribute.id === 'topic')?.values ?? [];
  const variables = (attributes.data ?? []).filter((each) => each.kind === 'single' || each.kind === 'many').filter((each) => each.id === 'district').map((each) => ({ name: each.id, label: each.label }));
  return (
    <>
      <PageHead
        title={firstId ? t('配信を編集', 'Edit notice') : t('配信を作る', 'New notice')}
        lead={
          <span aria-live="polite">
            {saving.state === 'saving' && t('保存しています…', 'Saving…')}
            {saving.state === 'saved' && t(`自動で保存しました${saving.at ? `（${formatDateTime(saving.at)}）` : ''}`, `Saved${saving.at ? ` (${formatDateTime(saving.at, language)})` : ''}`)}
            {saving.state === 'dirty' && (keepable ? t('まもなく自動で保存します', 'Saving soon') : t('書きかけはこのパソコンに残っています。必須の欄がうまると保存されます', 'Kept in this browser; saved once what is required is there'))}
            {saving.state === 'new' && t('書いたものは自動で残ります', 'What you write is kept by itself')}
            {saving.state === 'failed' && t('保存できませんでした', 'Not saved')}
          </span>
        }
      />
      {restored && (
        <Notice tone="info" title={t('前回の書きかけを開きました', 'Your unfinished text is back')}>
          <Button small onClick={startAnew}>
            {firstId ? t('保存ずみの内容に戻す', 'Back to what is saved') : t('新しく書き始める', 'Start anew')}
          </Button>
        </Notice>
      )}
      {saving.state === 'conflict' && (
        <Notice tone="bad" title={t('ほかの人がこの下書きを変更しました', 'Somebody else changed this draft')}>
          <p>{t('あなたの変更はまだ保存されていません。新しい内容を開く前に、必要な文を控えてください。', 'Your change is not saved. Keep what you need before opening the newer version.')}</p>
          <Button
            small
            onClick={() => {
              dirty.current = false;
              forgetUnsaved(account, id.current ?? 'new');
              window.location.reload();
            }}
          >
            {t('新しい内容を開く', 'Open the newer version')}
          </Button>
        </Notice>
      )}
      {saving.state === 'failed' && <ProblemNotice problem={saving.problem} retry={() => void save()} />}
      <ProblemNotice problem={problem} />
      {form.kind === 'practice' && (
        <Notice tone="practice" title={t('練習です', 'Practice')}>
          {t('住民には届きません。承認や配信の手順を試せます。', 'It reaches no resident. Try the steps freely.')}
        </Notice>
      )}
      <div className="compose">
        <div className="stack-l">
          <section className="card stack">
            <h2>{t('1. 何を伝えますか', '1. What')}</h2>
            <Field label={t('件名（管理用。住民には見えません）', 'Title (for staff)')} error={error('title')} hint={t('空けておくと、本文の書き出しになります。', 'Left empty, it is how the text begins.')}>
              {(field) => <input {...field} className="input" maxLength={100} placeholder={ownTitle} value={form.title} onChange={(event) => change({ title: event.target.value })} />}
            </Field>
            <div className="grid-2">
              <Field label={t('種類', 'Kind')} error={error('kind')} hint={t('練習はだれにも届きません。', 'Practice reaches nobody.')}>
                {(field) => (
                  <select {...field} className="input" value={form.kind} disabled={Boolean(id.current)} onChange={(event) => change({ kind: event.target.value as Kind })}>
                    <option value="live">{t('本番', 'Live')}</option>
                    <option value="drill">{t('訓練（先頭に【訓練】）', 'Drill (begins with 【訓練】)')}</option>
                    <option value="practice">{t('練習', 'Practice')}</option>
                  </select>
                )}
              </Field>
              <Field label={t('話題', 'Topic')} error={error('topic')} hint={t('この話題をやめた人には届きません。', 'Those who left the topic are left out.')}>
                {(field) => (
                  <select {...field} className="input" value={form.topic} onChange={(event) => change({ topic: event.target.value })}>
                    <option value="">{t('（なし）', '(none)')}</option>
                    {topics.map((topic) => (
                      <option key={topic.id} value={topic.id}>
                        {topic.label}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            <fieldset className="field">
              <legend>{t('ことば', 'Languages')}</legend>
              <div className="row">
                {languages.map((each) => (
                  <Check key={each.id} label={t(each.ja, each.en)} checked={shown.includes(each.id)} disabled={each.id === 'ja'} onChange={(on) => setShown(on ? [...shown, each.id] : shown.filter((one) => one !== each.id))} />
                ))}
              </div>
              <p className="hint">{t('選ばなかったことばの人には、日本語が届きます。', 'Readers of other languages get the Japanese text.')}</p>
            </fieldset>
            <MessageEditor messages={form.messages} onChange={(messages) => change({ messages })} shown={shown} errors={errors} hints={hints} variables={variables} />
          </section>
          <section className="card stack">
            <h2>{t('2. だれに届けますか', '2. To whom')}</h2>
            {error('segment') && <Notice tone="bad">{error('segment')}</Notice>}
            <AudiencePanel rules={form.rules} onChange={changeRules} />
          </section>
          <section className="card stack">
            <h2>{t('3. いつ届けますか', '3. When')}</h2>
            {error('schedule') && <Notice tone="bad">{error('schedule')}</Notice>}
            <fieldset className="field">
              <legend className="visually-hidden">{t('配信のしかた', 'When')}</legend>
              {(
                [
                  ['order', t('承認のあと、すぐに（または承認者が決める）', 'Once approved')],
                  ['once', t('日時を決める', 'At a time')],
                  ['rule', t('くり返す', 'Again and again')],
                ] as const
              ).map(([value, label]) => (
                <label key={value} className="check">
                  <input type="radio" name="when" checked={form.when === value} onChange={() => change({ when: value, rule: value === 'rule' ? (form.rule ?? { repeat: 'monthly', days: [1, 15], time: '18:00', until: '' }) : form.rule })} />
                  <span>{label}</span>
                </label>
              ))}
            </fieldset>
            {form.when === 'once' && (
              <Field label={t('配信日時（日本時間）', 'Time (Japan)')} required>
                {(field) => <input {...field} className="input" type="datetime-local" style={{ maxWidth: 280 }} value={form.at} onChange={(event) => change({ at: event.target.value })} />}
              </Field>
            )}
            {form.when === 'rule' && (
              <Suspense fallback={<Loading />}>
                <RecurrenceEditor value={form.rule} onChange={(rule: unknown) => change({ rule })} />
              </Suspense>
            )}
            <Field label={t('有効期限（これを過ぎたら送らない）', 'Expires (nothing leaves after)')} error={error('expires')}>
              {(field) => <input {...field} className="input" type="datetime-local" style={{ maxWidth: 280 }} value={form.expires} onChange={(event) => change({ expires: event.target.value })} />}
            </Field>
          </section>
          <div className="row">
            <Button kind="primary" disabled={!ready} onClick={check} describedBy="compose-ready">
              {t('確認して提出へ', 'Check and submit')}
            </Button>
            <Button disabled={!ready} onClick={testSend}>
              {t('自分たちに試し送り', 'Test send')}
            </Button>
            <span id="compose-ready" className="weak small">
              {!ready && t('本文と届ける相手を決めると提出できます。', 'Text and audience are needed.')}
              {tested !== undefined && t(`試し送りを${tested}人に送りました。`, `Test sent to ${tested}.`)}
            </span>
          </div>
        </div>
        <div className="compose-side">
          <Field label={t('プレビューのことば', 'Preview in')}>
            {(field) => (
              <select {...field} className="input" value={previewLanguage} onChange={(event) => setPreviewLanguage(event.target.value)}>
                {languages.map((each) => (
                  <option key={each.id} value={each.id}>
                    {t(each.ja, each.en)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {usesDistrict && (
            <Field label={t('読む人の地区', "Reader's district")}>
              {(field) => (
                <select {...field} className="input" value={previewDistrict} onChange={(event) => setPreviewDistrict(event.target.value)}>
                  {districts.map((each, index) => (
                    <option key={each.id} value={index === 0 ? '' : each.id}>
                      {each.label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
          <PhonePreview messages={ownTitle === '' ? [] : (variant?.messages ?? [])} account={me?.city.name ?? ''} kind={form.kind} empty={t('書いた内容がここに表示されます', 'What you write appears here')} />
        </div>
      </div>
      <Dialog
        open={submitting}
        title={t('この内容で提出しますか', 'Submit this notice?')}
        kind={form.kind === 'live' ? undefined : form.kind}
        onClose={() => setSubmitting(false)}
        actions={
          <>
            <Button onClick={() => setSubmitting(false)}>{t('戻って直す', 'Back')}</Button>
            <Button kind="primary" disabled={dry?.problems.some((each) => !each.warning)} onClick={submit}>
              {t('提出する', 'Submit')}
            </Button>
          </>
        }
      >
        {dry && <DryRunPanel dry={dry} practice={form.kind === 'practice'} />}
        <p className="weak">{t('提出すると、別の人が確認して承認します。承認されるまで何も送られません。', 'Another person checks and approves it; nothing is sent before that.')}</p>
        <p className="visually-hidden">{language}</p>
      </Dialog>
    </>
  );
}
