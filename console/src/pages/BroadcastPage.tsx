// One notice: to approve it, to watch it go, to stop or correct it. What can be done now is what the server says can be done.
import { useEffect, useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newKey, post } from '../api/client';
import { useSession } from '../api/session';
import type { Broadcast, BroadcastStatus, DryRun, Preview } from '../api/types';
import { useLanguage } from '../i18n';
import { correctors, writers } from '../layout/pages';
import { isMoving, useLiveStatus } from '../lib/live';
import { scheduleWords } from '../lib/schedule';
import { formatDateTime, formatNumber, formatSeconds, groupNumbers } from '../lib/time';
import { actionWord, KindBadge, StateBadge, stateWord } from '../lib/words';
import { languages, previewIn } from '../messages/model';
import { PhonePreview } from '../phone/PhonePreview';
import { Button, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';
import { DryRunPanel } from './DryRunPanel';
import { ReturnedDiff } from './ReturnedDiff';
import './broadcast.css';

function Progress({ status, practice }: { status: BroadcastStatus; practice: boolean }) {
  const { t, language } = useLanguage();
  if (practice && status.audience === 0) {
    return (
      <section className="card stack" aria-label={t('進み具合', 'Progress')}>
        <h2>{t('進み具合', 'Progress')}</h2>
        <p>{t('練習なので、だれにも送っていません。手順は本番と同じように最後まで進みました。', 'A practice: nothing was sent. The steps were those of a live one.')}</p>
      </section>
    );
  }
  const people = status.recipients;
  const total = people.planned + people.in_flight + people.accepted + people.refused + people.unknown;
  const audience = Math.max(status.audience, total);
  const done = people.accepted + people.refused + people.unknown;
  const percent = audience === 0 ? 0 : Math.floor((done / audience) * 100);
  const started = status.first_batch_at ? new Date(status.first_batch_at).getTime() : undefined;
  const last = status.last_batch_at ? new Date(status.last_batch_at).getTime() : undefined;
  const seconds = started && last && last > started ? (last - started) / 1000 : undefined;
  const rate = seconds ? done / seconds : undefined;
  const rows: [string, number, number][] = [
    [t('送った', 'Accepted'), people.accepted, status.batches.accepted],
    [t('送信中', 'In flight'), people.in_flight, status.batches.in_flight],
    [t('これから', 'Planned'), Math.max(0, audience - done - people.in_flight), status.batches.planned],
    [t('断られた', 'Refused'), people.refused, status.batches.refused],
    [t('結果が不明', 'Unknown'), people.unknown, status.batches.unknown],
  ];
  return (
    <section className="card stack" aria-label={t('進み具合', 'Progress')}>
      <h2>{t('進み具合', 'Progress')}</h2>
      <div className="row-between">
        <strong className="progress-number">
          {formatNumber(done)} / {formatNumber(audience)}
          {t('人', ' people')}
        </strong>
        <span>{percent}%</span>
      </div>
      <div className="progress" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={t('送り終えた割合', 'Share done')}>
        <div style={{ width: `${percent}%` }} />
      </div>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('結果', 'Outcome')}</th>
              <th scope="col" className="number">
                {t('人数', 'People')}
              </th>
              <th scope="col" className="number">
                {t('送信の回数', 'Requests')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, count, batches]) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="number">{formatNumber(count)}</td>
                <td className="number">{formatNumber(batches)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="facts">
        <dt>{t('最初の送信', 'First request')}</dt>
        <dd>{formatDateTime(status.first_batch_at, language)}</dd>
        <dt>{t('最後の送信', 'Last request')}</dt>
        <dd>{formatDateTime(status.last_batch_at, language)}</dd>
        {rate !== undefined && status.state === 'sending' && (
          <>
            <dt>{t('残り時間', 'Time left')}</dt>
            <dd>{formatSeconds((audience - done) / Math.max(rate, 1), language)}</dd>
          </>
        )}
      </dl>
      {isMoving(status.state) && <p className="weak small">{t('この画面を閉じても配信は続きます。', 'Closing this page changes nothing.')}</p>}
    </section>
  );
}

// `yes` is what the button says that does it; `sends`: what reaches people follows at once.
type Ask = { action: string; title: string; yes: string; comment: 'none' | 'optional' | 'required'; danger?: boolean; sends?: boolean; text?: string } | undefined;

export default function BroadcastPage() {
  const { id = '' } = useParams();
  const { t, language } = useLanguage();
  const { me, may } = useSession();
  const writer = may(...writers);
  const counts = may(...correctors); // may ask whom it would reach
  const navigate = useNavigate();
  const queries = useQueryClient();
  const view = useQuery({
    queryKey: ['broadcast', id],
    queryFn: ({ signal }) => call<Broadcast>(`/broadcasts/${id}`, { signal, background: true }),
    refetchInterval: 15_000,
  });
  const broadcast = view.data?.data;
  const summary = broadcast?.summary;
  const state = summary?.state ?? 'draft';
  const started = !['draft', 'submitted', 'returned', 'rejected', 'approved', 'cancelled'].includes(state);
  // Streams are few: one that waits for its hour, or for a person, is looked at now and then.
  const soon = !summary?.due || new Date(summary.due).getTime() < Date.now() + 60_000;
  const { status } = useLiveStatus(id, isMoving(state) && state !== 'held' && (state !== 'scheduled' || soon));
  // What can be done follows from the state: as soon as the stream knows of another one, the rest is asked for.
  const { refetch } = view;
  const moved = status && isMoving(state) && status.state !== state ? status.state : undefined;
  useEffect(() => {
    if (moved) void refetch();
  }, [moved, refetch]);
  const [previewLanguage, setPreviewLanguage] = useState('ja');
  const previewBody = useMemo(() => (broadcast ? { document: { ...broadcast.document, schedule: null, expires: null } } : undefined), [broadcast]);
  const preview = useQuery({
    queryKey: ['preview', JSON.stringify(previewBody)],
    queryFn: ({ signal }) => call<Preview>('/broadcasts/preview', { method: 'POST', body: previewBody, signal }).then((answer) => answer.data),
    enabled: Boolean(previewBody),
    retry: false,
  });
  const variant = previewIn(preview.data, previewLanguage);
  const beforeStart = ['draft', 'submitted', 'returned', 'approved', 'scheduled', 'held'].includes(state);
  const dry = useQuery({
    queryKey: ['dry-run', id, view.data?.revision],
    queryFn: ({ signal }) => call<DryRun>(`/broadcasts/${id}/dry-run`, { method: 'POST', body: {}, signal }).then((answer) => answer.data),
    enabled: Boolean(broadcast) && beforeStart && counts,
    retry: false,
  });
  const [ask, setAsk] = useState<Ask>();
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const key = useMemo(newKey, [ask]);

  if (view.isPending) return <Loading />;
  if (view.isError || !broadcast || !summary) return <ProblemNotice problem={view.error} retry={() => void view.refetch()} />;

  const can = (action: string) => broadcast.possible.includes(action);
  const act = async (action: string, body: Record<string, unknown> = {}) => {
    setProblem(undefined);
    try {
      await call(`/broadcasts/${id}/actions/${action}`, { method: 'POST', body, revision: view.data?.revision, idempotencyKey: key });
      setComment('');
    } catch (error) {
      setProblem(error);
    }
    await Promise.all([view.refetch(), queries.invalidateQueries({ queryKey: ['home'] }), queries.invalidateQueries({ queryKey: ['status', id] })]);
    // The dialog stays until the page shows what became of it, so that nothing old can be pressed again.
    setAsk(undefined);
  };
  const copy = async () => {
    try {
      const made = await post<{ id: string }>(`/broadcasts/${id}/copy`, {}, { idempotencyKey: newKey() });
      navigate(`/compose/${made.id}`);
    } catch (error) {
      setProblem(error);
    }
  };
  // Before the audience is fixed it is what the dry run counts now; who may not ask for that sees what was approved.
  const people = started && status && status.audience > 0 ? status.audience : (dry.data?.recipients ?? broadcast.approved_count);
  const to = `${summary.segment_sentence}${t(`（${formatNumber(people)}人）`, ` (${formatNumber(people)})`)}`;
  const crowd = t(`${formatNumber(people)}人`, `${formatNumber(people)} people`);
  const waits = state === 'scheduled';
  // A correction needs somebody whom the notice may have reached.
  const reached = status ? status.recipients.accepted + status.recipients.in_flight + status.recipients.unknown : 0;
  const correctable = reached > 0 || ['freezing', 'sending'].includes(state);
  const schedule = broadcast.document.schedule;
  const repeats = Boolean(schedule) && typeof schedule === 'object';
  return (
    <>
      <PageHead
        title={summary.title}
        lead={
          <span className="row" style={{ gap: 8, marginTop: 6 }}>
            <StateBadge state={state} />
            <KindBadge kind={summary.kind} priority={summary.priority} />
            <span>{summary.section}</span>
          </span>
        }
        actions={
          <>
            {can('edit') && (
              <Link className="button button-small" to={`/compose/${id}`}>
                {t('編集', 'Edit')}
              </Link>
            )}
            {writer && (
              <Button small onClick={copy}>
                {t('写して新しく作る', 'Copy')}
              </Button>
            )}
            <Button small onClick={() => window.print()}>
              {t('承認用紙を印刷', 'Print')}
            </Button>
          </>
        }
      />
      {summary.kind !== 'live' && (
        <Notice tone={summary.kind} title={summary.kind === 'drill' ? t('訓練の配信です。【訓練】を付けて住民に届きます', 'A drill: it reaches residents, marked 【訓練】') : t('練習です。だれにも届きません', 'Practice: it reaches nobody')} />
      )}
      {summary.reason && ['held', 'paused', 'failed', 'returned', 'rejected', 'stopped', 'expired'].includes(state) && (
        <Notice tone={state === 'returned' || state === 'rejected' || state === 'stopped' ? 'warn' : 'bad'} title={stateWord(state, t)}>
          <p className="pre">{groupNumbers(summary.reason)}</p>
        </Notice>
      )}
      {broadcast.corrects && (
        <Notice tone="info" title={summary.effect === 'withdraw' ? t('取消のお知らせです', 'A withdrawal') : t('訂正のお知らせです', 'A correction')}>
          <Link to={`/broadcasts/${broadcast.corrects}`}>{t('もとの配信', 'The original')}</Link>
        </Notice>
      )}
      {broadcast.corrected_by && (
        <Notice tone="warn" title={t('この配信は訂正・取消されました', 'This was corrected or withdrawn')}>
          <Link to={`/broadcasts/${broadcast.corrected_by}`}>{t('訂正の配信', 'The correction')}</Link>
        </Notice>
      )}
      <ProblemNotice problem={problem} />
      <div className="row no-print actions">
        {can('submit') && <Button kind="primary" onClick={() => setAsk({ action: 'submit', title: t('提出しますか', 'Submit?'), yes: t('提出する', 'Submit'), comment: 'none' })}>{t('提出する', 'Submit')}</Button>}
        {can('approve') && <Button kind="primary" onClick={() => setAsk({ action: 'approve', title: t('この内容を承認しますか', 'Approve?'), yes: t('承認する', 'Approve'), comment: 'none', text: t(`承認すると「${to}」に届けられるようになります。`, `It may then go to: ${to}.`) })}>{t('承認する', 'Approve')}</Button>}
        {can('return') && <Button onClick={() => setAsk({ action: 'return', title: t('作成者に差し戻しますか', 'Return it to the author?'), yes: t('差し戻す', 'Return'), comment: 'required' })}>{t('差し戻す', 'Return')}</Button>}
        {can('reject') && <Button kind="quiet" onClick={() => setAsk({ action: 'reject', title: t('この配信を却下しますか', 'Reject this notice?'), yes: t('却下する', 'Reject'), comment: 'required', danger: true })}>{t('却下する', 'Reject')}</Button>}
        {can('schedule') && !waits && Boolean(schedule) && <Button kind="primary" onClick={() => setAsk({ action: 'schedule', title: t('予約しますか', 'Schedule?'), yes: t('予約する', 'Schedule'), comment: 'none', text: `${scheduleWords(schedule, t, language)}\n${to}` })}>{t('予約する', 'Schedule')}</Button>}
        {can('send') && <Button kind={schedule ? undefined : 'primary'} onClick={() => setAsk({ action: 'send', title: summary.kind === 'practice' ? t('練習です。だれにも届きません', 'Practice: it reaches nobody') : t(`${crowd}に、いま送信します`, `Sends now to ${crowd}`), yes: summary.kind === 'practice' ? t('練習する', 'Practise') : t('いま送信する', 'Send now'), comment: 'none', sends: true, text: t(`届ける相手：${summary.segment_sentence}${schedule ? '\n予約した日時を待たずに送ります。' : ''}`, `To: ${summary.segment_sentence}${schedule ? '\nIt does not wait for its time.' : ''}`) })}>{t('いま送信する', 'Send now')}</Button>}
        {can('pause') && <Button onClick={() => act('pause')}>{t('一時停止する', 'Pause')}</Button>}
        {can('resume') && <Button kind="primary" onClick={() => setAsk({ action: 'resume', title: state === 'held' ? t(`${crowd}に、いま送信します`, `Sends now to ${crowd}`) : t('続きを送りますか', 'Go on?'), yes: state === 'held' ? t('保留を解いて送る', 'Release') : t('再開する', 'Resume'), comment: 'none', sends: true, text: groupNumbers(summary.reason) })}>{state === 'held' ? t('保留を解いて送る', 'Release') : t('再開する', 'Resume')}</Button>}
        {can('stop') && <Button kind={!started ? 'quiet' : waits ? undefined : 'danger'} onClick={() => setAsk(started && !waits
          ? { action: 'stop', title: t('配信を中止しますか', 'Stop sending?'), yes: t('中止する', 'Stop'), comment: 'optional', danger: true, text: t('まだ送っていない分は送られません。送った分は取り消せません（訂正を送れます）。', 'What has left cannot be taken back; a correction can follow.') }
          : { action: 'stop', title: waits ? t('予約を取りやめますか', 'Cancel the schedule?') : t('この配信を取りやめますか', 'Cancel this notice?'), yes: t('取りやめる', 'Cancel it'), comment: 'optional', danger: true, text: t('まだだれにも送っていません。内容は「写して新しく作る」で使えます。', 'Nothing has left. Its text can be copied into a new notice.') })}>{started && !waits ? t('中止する', 'Stop') : waits ? t('予約を取りやめる', 'Cancel the schedule') : t('取りやめる', 'Cancel it')}</Button>}
        {can('correct') && correctable && <Link className="button" to={`/broadcasts/${id}/correct`}>{t('訂正を送る', 'Correct')}</Link>}
        {can('withdraw') && correctable && <Link className="button" to={`/broadcasts/${id}/correct?effect=withdraw`}>{t('取消を送る', 'Withdraw')}</Link>}
      </div>
      <div className="broadcast">
        <div className="stack-l">
          {started && status && (status.first_batch_at || !['scheduled', 'held', 'expired'].includes(state)) && <Progress status={status} practice={summary.kind === 'practice'} />}
          <section className="card stack">
            <h2>{t('だれに・いつ', 'To whom, when')}</h2>
            <dl className="facts">
              <dt>{t('届ける相手', 'Audience')}</dt>
              <dd>{summary.segment_sentence}</dd>
              <dt>{t('人数', 'People')}</dt>
              <dd>
                <strong>{people === null ? '—' : crowd}</strong>
                {broadcast.approved_count !== null && t(`（承認したとき ${formatNumber(broadcast.approved_count)}人）`, ` (approved: ${formatNumber(broadcast.approved_count)})`)}
              </dd>
              <dt>{t('配信日時', 'When')}</dt>
              <dd>{summary.due && !repeats ? formatDateTime(summary.due, language) : scheduleWords(schedule, t, language)}</dd>
              {broadcast.document.expires && (
                <>
                  <dt>{t('有効期限', 'Expires')}</dt>
                  <dd>{formatDateTime(broadcast.document.expires, language)}</dd>
                </>
              )}
              <dt>{t('作成', 'Author')}</dt>
              <dd>{summary.author}</dd>
              {broadcast.approver && (
                <>
                  <dt>{t('承認', 'Approver')}</dt>
                  <dd>{broadcast.approver}</dd>
                </>
              )}
            </dl>
          </section>
          {['draft', 'submitted', 'returned'].includes(state) && <ReturnedDiff broadcast={broadcast} />}
          {beforeStart && counts && (
            <section className="card stack">
              <h2>{t('送る前の確認', 'Before it goes')}</h2>
              {dry.isPending ? <Loading what={t('計算しています', 'Counting')} /> : dry.data ? <DryRunPanel dry={dry.data} practice={summary.kind === 'practice'} /> : <ProblemNotice problem={dry.error} retry={() => void dry.refetch()} />}
            </section>
          )}
          <section className="card stack">
            <h2>{t('これまでの記録', 'History')}</h2>
            <ol className="history">
              {broadcast.history.map((entry, index) => (
                <li key={index}>
                  <span className="weak small">{formatDateTime(entry.at, language)}</span>
                  <span>
                    <strong>{actionWord(entry.action, t)}</strong> {entry.account || t('システム', 'system')}
                    {entry.comment && <span className="pre weak">　{groupNumbers(entry.comment)}</span>}
                  </span>
                </li>
              ))}
            </ol>
          </section>
        </div>
        <div className="stack">
          <div className="no-print">
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
          </div>
          <PhonePreview messages={variant?.messages ?? []} account={me?.city.name ?? ''} kind={summary.kind} />
        </div>
      </div>
      <div className="print-only sign-boxes" aria-hidden="true">
        {[t('作成', 'Author'), t('確認', 'Checked'), t('承認', 'Approved')].map((each) => (
          <span key={each}>{each}</span>
        ))}
      </div>
      <Dialog
        open={Boolean(ask)}
        title={ask?.title ?? ''}
        kind={ask?.sends || summary.kind !== 'live' ? summary.kind : undefined}
        onClose={() => setAsk(undefined)}
        actions={
          <>
            <Button onClick={() => setAsk(undefined)}>{t('戻る', 'Back')}</Button>
            <Button kind={ask?.danger || (ask?.sends && summary.kind === 'live') ? 'danger' : 'primary'} disabled={ask?.comment === 'required' && comment.trim() === ''} onClick={() => act(ask?.action ?? '', comment ? { comment } : {})}>
              {ask?.yes}
            </Button>
          </>
        }
      >
        {ask?.text && <p className="pre">{ask.text}</p>}
        {ask && ask.comment !== 'none' && (
          <Field label={ask.action === 'stop' ? t('理由（記録に残ります）', 'Reason (kept)') : t('理由（作成者に伝わります）', 'Reason (told to the author)')} required={ask.comment === 'required'}>
            {(field) => <textarea {...field} className="input" maxLength={1000} rows={4} value={comment} onChange={(event) => setComment(event.target.value)} />}
          </Field>
        )}
      </Dialog>
    </>
  );
}
