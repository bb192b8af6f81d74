// Correcting or withdrawing what went out: first everything unsent stops, then those who may have got it get the correction.
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get, newKey, Problem } from '../api/client';
import { useSession } from '../api/session';
import type { Broadcast, BroadcastStatus, Preview, Template } from '../api/types';
import { useLanguage } from '../i18n';
import { formatNumber } from '../lib/time';
import { previewIn } from '../messages/model';
import { PhonePreview } from '../phone/PhonePreview';
import { Button, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';
import './broadcast.css';

export default function CorrectPage() {
  const { id = '' } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const effect = parameters.get('effect') === 'withdraw' ? 'withdraw' : 'correct';
  const { t } = useLanguage();
  const { me } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const original = useQuery({ queryKey: ['broadcast', id], queryFn: ({ signal }) => call<Broadcast>(`/broadcasts/${id}`, { signal }) });
  const status = useQuery({ queryKey: ['status', id], queryFn: ({ signal }) => get<BroadcastStatus>(`/broadcasts/${id}/status`, signal) });
  const templates = useQuery({ queryKey: ['templates'], queryFn: ({ signal }) => get<{ items: Template[] }>('/templates', signal) });
  const frames = (templates.data?.items ?? []).filter((each) => each.kind === 'correction' && each.published);
  const [frameId, setFrameId] = useState('');
  const frame = frames.find((each) => each.id === frameId) ?? frames.find((each) => each.id.includes(effect)) ?? frames[0];
  const [fields, setFields] = useState<Record<string, string>>({});
  const [text, setText] = useState('');
  const [own, setOwn] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const key = useMemo(newKey, []);
  const useFrame = Boolean(frame) && !own;
  const body = useFrame ? { effect, frame: { id: frame?.id, fields } } : { effect, messages: [{ type: 'text', text: { ja: text } }] };
  const data = original.data?.data;
  const preview = useQuery({
    queryKey: ['preview', JSON.stringify(body), id],
    queryFn: ({ signal }) =>
      call<Preview>('/broadcasts/preview', {
        method: 'POST',
        body: {
          document: useFrame
            ? { title: frame?.title, kind: data?.document.kind, section: data?.document.section, frame: { id: frame?.id, fields } }
            : { ...data?.document, schedule: null, expires: null, title: '訂正', segment: 'everyone', messages: body.messages },
        },
        signal,
      }).then((answer) => answer.data),
    enabled: Boolean(data),
    placeholderData: (old) => old,
    retry: false,
  });
  if (original.isPending || templates.isPending) return <Loading />;
  if (!data) return <ProblemNotice problem={original.error} retry={() => void original.refetch()} />;
  const reached = (status.data?.recipients.accepted ?? 0) + (status.data?.recipients.in_flight ?? 0) + (status.data?.recipients.unknown ?? 0);
  const word = effect === 'withdraw' ? t('取消', 'withdrawal') : t('訂正', 'correction');
  const complete = useFrame ? (frame?.fields ?? []).every((field) => (fields[field.name] ?? '').trim() !== '') : text.trim() !== '';
  const send = async () => {
    setProblem(undefined);
    try {
      const made = (await call<{ id: string }>(`/broadcasts/${id}/correct`, { method: 'POST', body, idempotencyKey: key })).data;
      await queries.invalidateQueries();
      navigate(`/broadcasts/${made.id}`);
    } catch (error) {
      setProblem(error);
      setAsking(false);
    }
  };
  return (
    <>
      <PageHead title={t(`${word}を送る`, `Send a ${word}`)} lead={<Link to={`/broadcasts/${id}`}>{data.summary.title}</Link>} />
      <div className="tabs" role="tablist">
        {(['correct', 'withdraw'] as const).map((each) => (
          <button key={each} type="button" role="tab" aria-selected={effect === each} onClick={() => setParameters(each === 'withdraw' ? { effect: 'withdraw' } : {})}>
            {each === 'withdraw' ? t('取消（送ったこと自体が誤り）', 'Withdraw') : t('訂正（内容の一部が誤り）', 'Correct')}
          </button>
        ))}
      </div>
      <ProblemNotice problem={problem} />
      <Notice tone="info">
        {t('まだ送られていない分は先に止まります。そのあと、もとの配信が届いた（かもしれない）全員に、ほかの配信より先に送ります。', 'What has not left stops first; then everyone whom it may have reached gets this, ahead of everything else.')}
      </Notice>
      <div className="broadcast">
        <section className="card stack">
          {frames.length > 0 && (
            <fieldset className="field">
              <legend>{t('文面', 'Text')}</legend>
              <label className="check">
                <input type="radio" name="frame" checked={!own} onChange={() => setOwn(false)} />
                <span>{t('準備ずみの文面を使う（承認ずみ。すぐに送れます）', 'A prepared frame: approved, leaves at once')}</span>
              </label>
              <label className="check">
                <input type="radio" name="frame" checked={own} onChange={() => setOwn(true)} />
                <span>{t('自分で書く（もう一人の承認が必要です）', 'My own words: needs a second person')}</span>
              </label>
            </fieldset>
          )}
          {useFrame && frame && (
            <>
              {frames.length > 1 && (
                <Field label={t('準備ずみの文面', 'Prepared frame')}>
                  {(field) => (
                    <select {...field} className="input" value={frame.id} onChange={(event) => setFrameId(event.target.value)}>
                      {frames.map((each) => (
                        <option key={each.id} value={each.id}>
                          {each.title}
                        </option>
                      ))}
                    </select>
                  )}
                </Field>
              )}
              {frame.fields.map((entry, index) => (
                <Field key={entry.name} label={entry.label} hint={entry.example && t(`例：${entry.example}`, `e.g. ${entry.example}`)} required error={problem instanceof Problem ? problem.fieldError(`frame.fields.${entry.name}`) : undefined}>
                  {(field) => <textarea {...field} className="input" rows={3} autoFocus={index === 0} maxLength={entry.most} value={fields[entry.name] ?? ''} onChange={(event) => setFields({ ...fields, [entry.name]: event.target.value })} />}
                </Field>
              ))}
            </>
          )}
          {!useFrame && <Field label={t('本文', 'Text')} required>{(field) => <textarea {...field} className="input" rows={8} autoFocus value={text} onChange={(event) => setText(event.target.value)} />}</Field>}
          <div className="row">
            <Button kind="danger" disabled={!complete} onClick={() => setAsking(true)}>
              {t(`${word}を送る`, `Send the ${word}`)}
            </Button>
            <Link className="button button-quiet" to={`/broadcasts/${id}`}>
              {t('やめる', 'Cancel')}
            </Link>
          </div>
        </section>
        <div>
          <PhonePreview messages={complete ? (previewIn(preview.data, 'ja')?.messages ?? []) : []} account={me?.city.name ?? ''} kind={data.summary.kind} empty={t(`${word}の文がここに表示されます`, `The ${word} appears here`)} />
        </div>
      </div>
      <Dialog
        open={asking}
        kind={data.summary.kind}
        title={t(`${formatNumber(reached)}人に${word}を送ります`, `The ${word} goes to ${formatNumber(reached)} people`)}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('戻る', 'Back')}</Button>
            <Button kind="danger" onClick={send}>
              {useFrame ? t('いま送信する', 'Send now') : t('止めて、承認を求める', 'Stop and ask for approval')}
            </Button>
          </>
        }
      >
        <p>{useFrame ? t('いますぐ送信します。', 'It leaves at once.') : t('送られていない分はすぐに止まります。文面は承認のあとに送られます。', 'The rest stops at once; your text waits for approval.')}</p>
      </Dialog>
    </>
  );
}
