// Warnings on the desk: those that wait for a person, with what would be sent, to whom and why, and what became of the latest.
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { newKey, poll, post } from '../api/client';
import { useSession } from '../api/session';
import { useLanguage } from '../i18n';
import { formatDateTime, formatNumber } from '../lib/time';
import { Badge, Button, Dialog, Field, Notice, ProblemNotice } from '../ui';

export interface Alert {
  id: string;
  received: string;
  kind: string;
  level: string;
  name: string;
  areas: string[];
  drill: boolean;
  headline: string;
  message?: string;
  action: 'send' | 'hold' | 'ignore' | 'release' | 'dismiss' | 'expired' | 'sent' | 'failed';
  reason: string;
  broadcast?: string;
  audience?: string;
  to_everyone?: boolean;
  expires?: string | null;
  acknowledged_by?: string;
  by?: string;
}

/** Said on the desk while anything but the published rules, as they stand in the folder, decides about warnings. */
export function RulesNotice() {
  const { t, language } = useLanguage();
  const rules = useQuery({ queryKey: ['alert-rules'], queryFn: ({ signal }) => poll<{ standing: string; sentence: string; proposed: unknown }>('/alert-rules', signal), refetchInterval: 15_000, retry: false });
  if (!rules.data || (rules.data.standing === 'published' && !rules.data.proposed)) return null;
  const quiet = rules.data.standing === 'published';
  return (
    <Notice tone={quiet ? 'info' : 'warn'} title={quiet ? t('警報の規則の提案が、公開を待っています', 'A proposal for the rules of warnings waits') : t('警報の規則に注意があります', 'Look at the rules of warnings')}>
      {!quiet && language === 'ja' && <p>{rules.data.sentence}</p>}
      <Link to="/alert-rules">{t('警報の規則を見る', 'Rules of warnings')}</Link>
    </Notice>
  );
}

export function HeldAlert({ alert, everyone, may, refresh }: { alert: Alert; everyone: number; may: boolean; refresh: () => Promise<unknown> }) {
  const { t, language } = useLanguage();
  const { me } = useSession();
  const [asking, setAsking] = useState<'release' | 'dismiss'>();
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<unknown>();
  // Whom it reaches; a whole city is said by its number.
  const to = `${alert.audience ?? ''}${alert.to_everyone ? t(`（${formatNumber(everyone)}人）`, ` (${formatNumber(everyone)})`) : ''}`;
  const act = async (what: 'release' | 'dismiss' | 'acknowledge') => {
    setProblem(undefined);
    try {
      await post(`/alerts/${alert.id}/${what}`, what === 'dismiss' ? { comment } : {}, { idempotencyKey: newKey() });
    } catch (error) {
      setProblem(error);
    }
    // The dialog stays until the page shows what became of it, so that nothing old can be pressed again.
    await refresh();
    setAsking(undefined);
  };
  return (
    <article className="alert" aria-label={alert.headline}>
      <div className="row">
        {alert.drill && <Badge tone="drill">{t('訓練', 'Drill')}</Badge>}
        {(alert.name || alert.kind) !== alert.headline && <Badge tone="bad">{alert.name || alert.kind}</Badge>}
        <strong className="alert-head">{alert.headline}</strong>
      </div>
      <dl className="facts">
        <dt>{t('受信', 'Received')}</dt>
        <dd>{formatDateTime(alert.received, language)}</dd>
        <dt>{t('送る相手', 'To')}</dt>
        <dd>{to}</dd>
        <dt>{t('保留の理由', 'Held because')}</dt>
        <dd>{alert.reason}</dd>
        <dt>{t('送れる期限', 'Until')}</dt>
        <dd>{formatDateTime(alert.expires, language)}</dd>
        <dt>{t('担当', 'In hand')}</dt>
        <dd>{alert.acknowledged_by ? alert.acknowledged_by : <strong className="alert-nobody">{t('まだだれも見ていません', 'Nobody yet')}</strong>}</dd>
      </dl>
      {alert.message && <p className="pre alert-text">{alert.message}</p>}
      <ProblemNotice problem={problem} />
      {may && (
        <div className="row">
          <Button kind="danger" onClick={() => setAsking('release')}>
            {t('この内容で送信する', 'Send this')}
          </Button>
          <Button onClick={() => setAsking('dismiss')}>{t('送信しない', 'Do not send')}</Button>
          {!alert.acknowledged_by && <Button kind="quiet" onClick={() => act('acknowledge')}>{t(`わたし（${me?.name ?? ''}）が見ています`, 'I am on it')}</Button>}
        </div>
      )}
      <Dialog
        open={Boolean(asking)}
        kind={asking === 'release' ? (alert.drill ? 'drill' : 'live') : undefined}
        title={asking === 'release' ? t('この警報を、いま送信しますか', 'Send this warning now?') : t('送信しないことにしますか', 'Dismiss?')}
        onClose={() => setAsking(undefined)}
        actions={
          <>
            <Button onClick={() => setAsking(undefined)}>{t('戻る', 'Back')}</Button>
            <Button kind="danger" disabled={asking === 'dismiss' && comment.trim() === ''} onClick={() => asking && act(asking)}>
              {asking === 'release' ? t('いま送信する', 'Send now') : t('送信しない', 'Dismiss')}
            </Button>
          </>
        }
      >
        {asking === 'release' && (
          <p>
            {t('送る相手：', 'To: ')}
            <strong>{to}</strong>
          </p>
        )}
        <p className="pre alert-text">{alert.message}</p>
        {asking === 'dismiss' && <Field label={t('理由（記録に残ります）', 'Reason (kept)')} required>{(field) => <input {...field} className="input" value={comment} onChange={(event) => setComment(event.target.value)} />}</Field>}
      </Dialog>
    </article>
  );
}

const shownAtOnce = 8;

/** What the rules and people made of the latest messages. */
export function Telegrams() {
  const { t, language } = useLanguage();
  const log = useQuery({ queryKey: ['alerts'], queryFn: ({ signal }) => poll<{ items: Alert[] }>('/alerts', signal), refetchInterval: 10_000, retry: false });
  const [all, setAll] = useState(false);
  const words: Record<Alert['action'], { ja: string; en: string; tone: 'good' | 'warn' | 'bad' | 'quiet' }> = {
    send: { ja: '自動で送信', en: 'Sent by rule', tone: 'good' },
    hold: { ja: '確認待ちへ', en: 'Held', tone: 'warn' },
    ignore: { ja: '記録だけ', en: 'Recorded', tone: 'quiet' },
    release: { ja: '人が送信', en: 'Released', tone: 'good' },
    dismiss: { ja: '送信しない', en: 'Dismissed', tone: 'quiet' },
    expired: { ja: '期限切れ', en: 'Expired', tone: 'bad' },
    sent: { ja: '配信を開始', en: 'Begun', tone: 'good' },
    failed: { ja: '送信できず', en: 'Failed', tone: 'bad' },
  };
  const items = log.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{t('電文と判断の記録', 'Messages and decisions')}</h2>
      <div className="table-frame" tabIndex={0} role="region" aria-label={t('電文と判断の記録', 'Messages and decisions')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('時刻', 'Time')}</th>
              <th scope="col">{t('種類', 'Kind')}</th>
              <th scope="col">{t('判断', 'Decision')}</th>
              <th scope="col">{t('理由', 'Reason')}</th>
            </tr>
          </thead>
          <tbody>
            {(all ? items : items.slice(0, shownAtOnce)).map((each, index) => (
              <tr key={`${each.received}/${each.id}/${index}`}>
                <td className="moment">{formatDateTime(each.received, language)}</td>
                <td>{each.name || each.kind || (each.action === 'sent' || each.action === 'failed' ? each.headline : '—')}</td>
                <td>
                  <Badge tone={words[each.action]?.tone ?? 'quiet'}>{t(words[each.action]?.ja ?? each.action, words[each.action]?.en ?? each.action)}</Badge>
                </td>
                <td>
                  {each.reason}
                  {each.by && <span className="weak">{t(`（${each.by}）`, ` (${each.by})`)}</span>}
                  {each.broadcast && (
                    <>
                      {' '}
                      <Link to={`/broadcasts/${each.broadcast}`}>{t('配信を見る', 'Open')}</Link>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {items.length > shownAtOnce && !all && (
        <div>
          <Button small onClick={() => setAll(true)}>
            {t(`すべて見る（${items.length}件）`, `All (${items.length})`)}
          </Button>
        </div>
      )}
    </section>
  );
}
