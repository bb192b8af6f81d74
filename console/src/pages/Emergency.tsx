// The emergency desk: pick a prepared text, pick where, see whom it reaches, say so, send. Practice, drill and live cannot be mixed up:
// colour, frame and words differ.
import { useEffect, useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newKey, poll } from '../api/client';
import { useSession } from '../api/session';
import type { BroadcastSummary, Kind, Preview, Template } from '../api/types';
import { useLanguage } from '../i18n';
import { formatNumber } from '../lib/time';
import { StateBadge } from '../lib/words';
import { previewIn } from '../messages/model';
import { PhonePreview } from '../phone/PhonePreview';
import { Badge, Button, Check, Dialog, Field, Loading, PageHead, ProblemNotice } from '../ui';
import { Safety, Shelters, useShelters } from './EmergencyParts';
import { HeldAlert, RulesNotice, Telegrams, type Alert } from './EmergencyAlerts';
import './broadcast.css';
import './emergency.css';

interface Desk {
  districts: { id: string; name: string; registered: number }[];
  undeclared: number;
  everyone: number;
  templates: Template[];
  corrections: Template[];
  held: Alert[];
  running: BroadcastSummary[];
  disaster_menu: boolean;
  safety_check: boolean;
}
interface AreaCount {
  segment: unknown;
  registered: number;
  undeclared: number;
  recipients: number;
  sentence: string;
}

const kinds: { id: Kind; ja: string; en: string; noteJa: string; noteEn: string }[] = [
  { id: 'live', ja: '本番', en: 'LIVE', noteJa: '住民に届きます', noteEn: 'Reaches residents' },
  { id: 'drill', ja: '訓練', en: 'DRILL', noteJa: '【訓練】が付いて住民に届きます', noteEn: 'Reaches residents, marked 【訓練】' },
  { id: 'practice', ja: '練習', en: 'PRACTICE', noteJa: 'だれにも届きません', noteEn: 'Reaches nobody' },
];

export default function Emergency() {
  const { t, language } = useLanguage();
  const { me, may } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const officer = may('emergency_officer');
  const desk = useQuery({ queryKey: ['emergency'], queryFn: ({ signal }) => poll<Desk>('/emergency', signal), refetchInterval: 5_000 });
  useShelters(); // asked for together with the desk, shown below it
  const [kind, setKind] = useState<Kind>('practice');
  const [templateId, setTemplateId] = useState('');
  const [fields, setFields] = useState<Record<string, string>>({});
  const [whole, setWhole] = useState(false);
  const [districts, setDistricts] = useState<string[]>([]);
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const [switching, setSwitching] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const template = desk.data?.templates.find((each) => each.id === templateId);
  // Where a prepared text goes is a field of its own; one without such a field goes to everybody.
  const where = template?.fields.find((field) => field.districts)?.name;
  const asked = (template?.fields ?? []).filter((field) => !field.districts);
  const everywhere = whole || (Boolean(template) && !where);
  const chosenDistricts = useMemo(() => (everywhere ? (desk.data?.districts ?? []).map((each) => each.id) : districts), [desk.data?.districts, districts, everywhere]);
  const area = useQuery({
    queryKey: ['area', everywhere, districts],
    queryFn: ({ signal }) => call<AreaCount>('/emergency/count', { method: 'POST', body: { districts: everywhere ? [] : districts }, signal }).then((answer) => answer.data),
    enabled: officer && (everywhere || districts.length > 0),
    placeholderData: (old) => old,
  });
  // Nothing but the prepared text, what is filled in, and in which kind it goes out: anything more would need a second person.
  const document = useMemo(
    () => ({
      title: template?.title ?? '', kind, section: me?.section ?? '',
      frame: { id: templateId, fields: where ? { ...fields, [where]: chosenDistricts.join(';') } : fields },
    }),
    [chosenDistricts, fields, kind, me?.section, template, templateId, where],
  );
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(templateId ? JSON.stringify({ document }) : ''), 200);
    return () => clearTimeout(timer);
  }, [document, templateId]);
  const preview = useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => call<Preview>('/broadcasts/preview', { method: 'POST', body: JSON.parse(settled) as unknown, signal }).then((answer) => answer.data),
    enabled: settled !== '',
    retry: false,
  });
  const key = useMemo(newKey, [asking]);
  if (desk.isPending) return <Loading />;
  if (!desk.data) return <ProblemNotice problem={desk.error} retry={() => void desk.refetch()} />;
  // Safety reports begin and end with the menu.
  const refresh = () => Promise.all([['emergency'], ['safety']].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const complete = Boolean(template) && asked.every((field) => (fields[field.name] ?? '').trim() !== '') && (everywhere || districts.length > 0);
  const chosen = kinds.find((each) => each.id === kind);
  const word = kind === 'live' ? t('送信', 'SEND') : kind === 'drill' ? t('訓練', 'DRILL') : t('練習', 'PRACTICE');
  const needsWord = everywhere && kind !== 'practice';
  const send = async () => {
    setProblem(undefined);
    try {
      const made = (await call<{ id: string }>('/broadcasts', { method: 'POST', body: document, idempotencyKey: key })).data;
      await call(`/broadcasts/${made.id}/actions/send`, { method: 'POST', body: {} });
      navigate(`/broadcasts/${made.id}`);
    } catch (error) {
      setProblem(error);
      setAsking(false);
    }
  };
  const toggleMenu = async (on: boolean) => {
    try {
      await call('/disaster-menu', { method: 'PUT', body: { on } });
      await refresh();
    } catch (error) {
      setProblem(error);
    }
    setSwitching(false);
  };
  return (
    <>
      <PageHead title={t('緊急配信', 'Emergency desk')} />
      <RulesNotice />
      <ProblemNotice problem={problem} />
      {desk.data.held.length > 0 && (
        <section className="card alerts stack" aria-label={t('判断を待っている警報', 'Warnings waiting')}>
          <h2>{t(`判断を待っている警報（${desk.data.held.length}件）`, `Warnings waiting for a decision (${desk.data.held.length})`)}</h2>
          {desk.data.held.map((alert) => (
            <HeldAlert key={alert.id} alert={alert} everyone={desk.data.everyone} may={officer} refresh={refresh} />
          ))}
        </section>
      )}
      {desk.data.running.length > 0 && (
        <section className="card">
          <h2>{t('この24時間の緊急配信', 'Emergencies of the last 24 hours')}</h2>
          <ul className="home-list">
            {desk.data.running.map((each) => (
              <li key={each.id} className="desk-running">
                <div>
                  <span className="row" style={{ gap: 8 }}>
                    <StateBadge state={each.state} />
                    {each.kind !== 'live' && <Badge tone={each.kind}>{each.kind === 'drill' ? t('訓練', 'Drill') : t('練習', 'Practice')}</Badge>}
                    <Link to={`/broadcasts/${each.id}`}>{each.title}</Link>
                  </span>
                  <span className="small weak">{each.segment_sentence}</span>
                </div>
                {officer && ['sending', 'sent', 'sent_with_unknown', 'paused', 'stopped'].includes(each.state) && (
                  <Link className="button button-small" to={`/broadcasts/${each.id}/correct`}>
                    {t('訂正・取消', 'Correct')}
                  </Link>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {officer && (
        <section className={`card desk desk-${kind}`} aria-label={t('緊急配信を送る', 'Send an emergency')}>
          <div className="desk-band" role="status">
            <strong>{t(chosen?.ja ?? '', chosen?.en ?? '')}</strong>
            <span>{t(chosen?.noteJa ?? '', chosen?.noteEn ?? '')}</span>
          </div>
          <div className="broadcast">
            <div className="stack-l">
              <fieldset className="field">
                <legend>{t('1. 種類', '1. Kind')}</legend>
                <div className="desk-kinds">
                  {kinds.map((each) => (
                    <label key={each.id} className={`desk-kind desk-kind-${each.id}${kind === each.id ? ' desk-kind-chosen' : ''}`}>
                      <input type="radio" name="kind" checked={kind === each.id} onChange={() => setKind(each.id)} />
                      <span>
                        <strong>{t(each.ja, each.en)}</strong>
                        <small>{t(each.noteJa, each.noteEn)}</small>
                      </span>
                    </label>
                  ))}
                </div>
              </fieldset>
              <fieldset className="field">
                <legend>{t('2. 文面（承認ずみ）', '2. Text (approved before)')}</legend>
                {desk.data.templates.filter((each) => each.published).length === 0 && <p className="weak">{t('公開された緊急用の文面がありません。', 'No published emergency text.')}</p>}
                <div className="stack-s">
                  {desk.data.templates
                    .filter((each) => each.published)
                    .map((each) => (
                      <label key={each.id} className="check">
                        <input
                          type="radio"
                          name="template"
                          checked={templateId === each.id}
                          onChange={() => {
                            setTemplateId(each.id);
                            setFields({});
                          }}
                        />
                        <span>{each.title}</span>
                      </label>
                    ))}
                </div>
                {asked.map((entry) => (
                  <Field key={entry.name} label={entry.label} hint={entry.example && t(`例：${entry.example}`, `e.g. ${entry.example}`)} required>
                    {(field) => <input {...field} className="input" maxLength={entry.most} value={fields[entry.name] ?? ''} onChange={(event) => setFields({ ...fields, [entry.name]: event.target.value })} />}
                  </Field>
                ))}
              </fieldset>
              <fieldset className="field">
                <legend>{t('3. 地区', '3. Where')}</legend>
                {template && !where && <p className="hint">{t('この文面は、市全域に送るものです。', 'This text goes to the whole city.')}</p>}
                <Check label={t(`市全域（${formatNumber(desk.data.everyone)}人）`, `Whole city (${formatNumber(desk.data.everyone)})`)} checked={everywhere} onChange={setWhole} disabled={Boolean(template) && !where} />
                <div className="desk-districts">
                  {desk.data.districts.map((district) => (
                    <label key={district.id} className={districts.includes(district.id) && !everywhere ? 'segment-choice segment-chosen' : 'segment-choice'}>
                      <input type="checkbox" disabled={everywhere} checked={!everywhere && districts.includes(district.id)} onChange={(event) => setDistricts(event.target.checked ? [...districts, district.id] : districts.filter((each) => each !== district.id))} />
                      <span>
                        {district.name} <small>{t(`${formatNumber(district.registered)}人`, formatNumber(district.registered))}</small>
                      </span>
                    </label>
                  ))}
                </div>
                {area.data && (everywhere || districts.length > 0) && (
                  <p className="desk-count" aria-live="polite">
                    <strong>{t(`${formatNumber(area.data.recipients)}人`, `${formatNumber(area.data.recipients)} people`)}</strong>
                    <span>{t(`登録した人 ${formatNumber(area.data.registered)}人 ＋ 地区を登録していない人 ${formatNumber(area.data.undeclared)}人`, `${formatNumber(area.data.registered)} registered + ${formatNumber(area.data.undeclared)} without a district`)}</span>
                  </p>
                )}
              </fieldset>
              <div>
                <Button
                  kind={kind === 'live' ? 'danger' : kind}
                  disabled={!complete}
                  onClick={() => {
                    setTyped('');
                    setAsking(true);
                  }}
                >
                  {kind === 'live' ? t('送信の確認へ', 'To confirmation') : kind === 'drill' ? t('訓練の確認へ', 'To drill confirmation') : t('練習の確認へ', 'To practice confirmation')}
                </Button>
              </div>
            </div>
            <div className="stack-s">
              <PhonePreview messages={previewIn(preview.data, 'ja')?.messages ?? []} account={me?.city.name ?? ''} kind={kind} empty={template ? t('欄をすべて埋めると表示されます', 'Fill in every field') : t('文面を選ぶと表示されます', 'Choose a text')} />
            </div>
          </div>
        </section>
      )}
      <div className="grid-2">
        <section className="card stack">
          <h2>{t('防災メニュー', 'Disaster menu')}</h2>
          <p>{desk.data.disaster_menu ? t('全員のメニューが防災用になっています。', 'Everyone sees the disaster menu.') : t('ふだんのメニューが表示されています。', 'The usual menu is shown.')}</p>
          {!desk.data.disaster_menu && <p className="weak small">{t('切り替えると、メニューと答えが災害用になり、安否の報告の受け付けも始まります。', 'Menu and answers change together, and safety reports are taken.')}</p>}
          {officer && (
            <div>
              <Button kind={desk.data.disaster_menu ? undefined : 'primary'} onClick={() => setSwitching(true)}>
                {desk.data.disaster_menu ? t('ふだんのメニューに戻す', 'Back to the usual menu') : t('全員を防災メニューに切り替える', 'Switch everyone to the disaster menu')}
              </Button>
            </div>
          )}
        </section>
        <Safety />
      </div>
      <Dialog
        open={switching}
        title={desk.data.disaster_menu ? t('全員をふだんのメニューに戻しますか', 'Give everyone the usual menu back?') : t(`${formatNumber(desk.data.everyone)}人のメニューを防災用に切り替えますか`, `Switch the menu of ${formatNumber(desk.data.everyone)} people?`)}
        onClose={() => setSwitching(false)}
        actions={
          <>
            <Button onClick={() => setSwitching(false)}>{t('戻る', 'Back')}</Button>
            <Button kind={desk.data.disaster_menu ? 'primary' : 'danger'} onClick={() => toggleMenu(!desk.data.disaster_menu)}>
              {desk.data.disaster_menu ? t('戻す', 'Switch back') : t('切り替える', 'Switch')}
            </Button>
          </>
        }
      >
        <p>{desk.data.disaster_menu ? t('答えもふだんのものに戻り、安否の報告の受け付けが終わります。', 'Answers are the usual ones again, and no more safety reports are taken.') : t('全員の画面のメニューがすぐに変わり、安否の報告の受け付けが始まります。', 'Everyone sees it at once, and safety reports are taken.')}</p>
      </Dialog>
      <Shelters officer={officer} />
      <Telegrams />
      <Dialog
        open={asking}
        kind={kind}
        title={kind === 'live' ? (area.data?.sentence ?? '') : kind === 'drill' ? t(`${formatNumber(area.data?.recipients)}人に【訓練】として送信します`, `Sends a drill to ${formatNumber(area.data?.recipients)} people`) : t('だれにも届きません', 'It reaches nobody')}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('戻る', 'Back')}</Button>
            <Button kind={kind === 'live' ? 'danger' : kind} disabled={needsWord && typed.trim() !== word} onClick={send}>
              {kind === 'live' ? t('いま送信する', 'Send now') : kind === 'drill' ? t('訓練を送信する', 'Send the drill') : t('練習する', 'Practise')}
            </Button>
          </>
        }
      >
        {kind === 'practice' ? (
          <p>{t('本番と同じ手順の練習です。配信の記録は残りますが、住民には何も送られません。', 'The steps are those of a live order; nothing is sent to residents.')}</p>
        ) : (
          <p>
            {kind === 'drill' && t('【訓練】を付けて、', 'Marked 【訓練】. ')}
            {t(kind === 'drill' ? 'すぐに届きます。まちがいに気づいたら「訂正・取消」をすぐに押してください。' : '送信するとすぐに届きます。まちがいに気づいたら「訂正・取消」をすぐに押してください。', 'It arrives at once. Noticed a mistake? Press “Correct” right away.')}
          </p>
        )}
        {needsWord && (
          <Field label={t(`市全域への送信です。「${word}」と入力してください`, `Type “${word}” to confirm`)} required>
            {(field) => <input {...field} className="input" autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />}
          </Field>
        )}
        <p className="visually-hidden">{language}</p>
      </Dialog>
    </>
  );
}
