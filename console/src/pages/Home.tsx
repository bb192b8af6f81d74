// What needs me, what goes out today, how the account is, and whether sections speak as often as they mean to.
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { poll } from '../api/client';
import { useSession } from '../api/session';
import type { BalanceRow, BroadcastSummary, HealthPart, HomeAnswer, Need } from '../api/types';
import { useLanguage } from '../i18n';
import { writers } from '../layout/pages';
import { formatClock, formatDate, formatDateTime, groupNumbers } from '../lib/time';
import { KindBadge, StateBadge } from '../lib/words';
import { Badge, Empty, Loading, Notice, PageHead, ProblemNotice } from '../ui';
import './home.css';

const reasons: Record<Need['why'], [string, string]> = {
  approve: ['内容を確かめて、承認するか差し戻してください', 'Check it; approve or return it'],
  returned: ['直して、もう一度提出してください', 'Put it right and submit it again'],
  held: ['理由を確かめて、送るか中止するかを決めてください', 'Look at the reason; release or stop it'],
  failed: ['送れなかった理由を確かめてください', 'Look at why it failed'],
  unknown: ['届いたか分からない分を確かめてください', 'Some outcomes are unknown: please look'],
  paused: ['再開するか中止するかを決めてください', 'Resume or stop it'],
  alert: ['警報を送るかどうかを決めてください', 'Decide whether the warning is sent'],
  rules_to_publish: ['違いを確かめて、公開するか差し戻してください', 'See what changes; publish or return them'],
  rules_returned: ['理由を読んで、直して提案し直してください', 'Read why; put them right and propose again'],
};

function Item({ broadcast, note, time, to }: { broadcast: BroadcastSummary; note?: string; time?: string; to: string }) {
  return (
    <li className="home-item">
      <div>
        <Link to={to}>{broadcast.title}</Link>
        <div className="small weak">{[time, broadcast.section, broadcast.segment_sentence].filter(Boolean).join('　')}</div>
        {note && <div className="small">{note}</div>}
      </div>
      <div className="home-badges">
        <KindBadge kind={broadcast.kind} priority={broadcast.priority} />
        <StateBadge state={broadcast.state} />
      </div>
    </li>
  );
}

/** A thing that waits for the person: a warning, rules of warnings, or a broadcast. */
function NeedItem({ need }: { need: Need }) {
  const { t, language } = useLanguage();
  const note = t(...reasons[need.why]);
  if ('broadcast' in need) return <Item broadcast={need.broadcast} note={note} to={`/broadcasts/${need.broadcast.id}`} />;
  const warning = 'alert' in need;
  const returned = need.why === 'rules_returned';
  const title = warning ? need.alert.title : returned ? t('提案した警報の規則', 'The rules you proposed') : t('提案された警報の規則', 'Proposed rules of warnings');
  const who = warning ? need.alert.acknowledged_by && t(`対応中：${need.alert.acknowledged_by}`, `${need.alert.acknowledged_by} looks after it`) : returned ? t(`差し戻し：${need.rules.by}`, `Returned by ${need.rules.by}`) : t(`提案：${need.rules.by}`, `Proposed by ${need.rules.by}`);
  return (
    <li className="home-item">
      <div>
        <Link to={warning ? '/emergency' : '/alert-rules'}>{title}</Link>
        <div className="small weak">{[formatDateTime(warning ? need.alert.received : need.rules.at, language), who, warning ? '' : need.rules.comment].filter(Boolean).join('　')}</div>
        <div className="small">{note}</div>
      </div>
      <div className="home-badges">
        <Badge tone={warning ? 'bad' : 'warn'}>{warning ? t('警報', 'Warning') : t('警報の規則', 'Rules of warnings')}</Badge>
      </div>
    </li>
  );
}

function Health({ part }: { part: HealthPart }) {
  const { t } = useLanguage();
  const tone = { ok: 'good', warning: 'warn', failed: 'bad', unknown: 'quiet' } as const;
  const word = { ok: t('正常', 'OK'), warning: t('注意', 'Look'), failed: t('異常', 'Down'), unknown: t('不明', 'Unknown') };
  return (
    <li className="health">
      <div className="row-between" style={{ gap: 8 }}>
        <strong>{part.label}</strong>
        <Badge tone={tone[part.state]}>{word[part.state]}</Badge>
      </div>
      <span className="small weak">{groupNumbers(part.detail)}</span>
    </li>
  );
}

/** Rows that have spoken or mean to; the others in one line. */
function Balance({ rows: all, head }: { rows: BalanceRow[]; head: string }) {
  const { t, language } = useLanguage();
  const rows = all.filter((row) => row.last_28_days > 0 || row.weekly_plan !== null);
  const silent = all.filter((row) => !rows.includes(row)).map((row) => row.label);
  const most = Math.max(1, ...rows.map((row) => Math.max(row.last_28_days / 4, row.weekly_plan ?? 0)));
  const quiet = silent.length > 0 && (
    <p className="weak small">
      {t(`この4週間に配信のない${head}：${silent.join('、')}`, `Nothing in 4 weeks: ${silent.join(', ')}`)}
    </p>
  );
  if (rows.length === 0) return quiet || <p className="weak">{t('まだ配信がありません。', 'Nothing sent yet.')}</p>;
  return (
    <>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col" className="number">
                {t('7日間', '7 days')}
              </th>
              <th scope="col">{t('1週間あたり（4週平均）', 'A week, over 4 weeks')}</th>
              <th scope="col">{t('最後の配信', 'Last')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const weekly = row.last_28_days / 4;
              const plan = row.weekly_plan;
              return (
                <tr key={row.name}>
                  <td>{row.label}</td>
                  <td className="number">{row.last_7_days}</td>
                  <td>
                    <div className="balance" aria-hidden="true">
                      <div className={plan !== null && weekly < plan ? 'balance-less' : 'balance-full'} style={{ width: `${(weekly / most) * 100}%` }} />
                      {plan !== null && <i style={{ left: `${(plan / most) * 100}%` }} />}
                    </div>
                    <span className="small">
                      {weekly.toFixed(1)}
                      {t('回', '')}
                      {plan !== null && t(`（めやす ${plan}回）`, ` (plan ${plan})`)}
                    </span>
                  </td>
                  <td className="small">{row.last_at ? formatDate(row.last_at, language) : '—'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {quiet}
    </>
  );
}

export default function Home() {
  const { t, language } = useLanguage();
  const { me, may } = useSession();
  const home = useQuery({ queryKey: ['home'], queryFn: ({ signal }) => poll<HomeAnswer>('/home', signal), retry: false });
  if (home.isPending) return <Loading />;
  if (!home.data) return <ProblemNotice problem={home.error} retry={() => void home.refetch()} />;
  const { needs_me: needs, health, balance } = home.data;
  const today = [...home.data.today].sort((a, b) => (a.due ?? a.created).localeCompare(b.due ?? b.created));
  return (
    <>
      <PageHead
        title={t('ホーム', 'Home')}
        lead={formatDateTime(new Date(), language)}
        actions={
          may(...writers) && (
            <Link className="button button-primary" to="/compose">
              {t('配信を作る', 'New notice')}
            </Link>
          )
        }
      />
      {me?.must_change_password && (
        <Notice tone="warn" title={t('パスワードを変更してください', 'Please change your password')}>
          <Link to="/me">{t('自分の設定へ', 'My settings')}</Link>
        </Notice>
      )}
      <section className="card">
        <h2>{t('あなたの対応が必要なもの', 'Needs you')}</h2>
        {needs.length === 0 ? (
          <p className="weak">{t('いまはありません。', 'Nothing right now.')}</p>
        ) : (
          <ul className="home-list">
            {needs.map((each) => (
              <NeedItem key={each.why + ('broadcast' in each ? each.broadcast.id : 'alert' in each ? each.alert.id : each.rules.hash)} need={each} />
            ))}
          </ul>
        )}
      </section>
      <section className="card">
        <h2>{t('きょうの配信', 'Today')}</h2>
        {today.length === 0 ? (
          <Empty>{t('きょう予定されている配信はありません。', 'Nothing today.')}</Empty>
        ) : (
          <ul className="home-list">
            {today.map((each) => (
              <Item key={each.id} broadcast={each} time={each.due ? formatClock(each.due) : undefined} to={`/broadcasts/${each.id}`} />
            ))}
          </ul>
        )}
      </section>
      <section className="card">
        <h2>{t('システムの様子', 'Health')}</h2>
        <ul className="home-list health-list">
          {health.parts.map((part) => (
            <Health key={part.name} part={part} />
          ))}
        </ul>
      </section>
      <section className="card stack">
        <h2>{t('発信のバランス', 'Balance')}</h2>
        <p className="weak small">{t('課ごと・話題ごとに、1週間に何回発信しているか。縦の線は各課のめやすです。', 'How often each section and topic speaks; the line is its own plan.')}</p>
        <div className="stack">
          <Balance rows={balance.sections} head={t('課', 'Section')} />
          <Balance rows={balance.topics} head={t('話題', 'Topic')} />
        </div>
      </section>
    </>
  );
}
