// What notices did: reach, clicks, blocks; over time, by section and topic. Every picture has its table beside it.
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { download, get, query } from '../api/client';
import type { Kind, State } from '../api/types';
import { useLanguage } from '../i18n';
import { formatDate, formatDateTime, formatNumber } from '../lib/time';
import { KindBadge, StateBadge } from '../lib/words';
import { Button, Empty, Field, Loading, PageHead, ProblemNotice } from '../ui';
import { DataTable } from '../ui/DataTable';

interface Row {
  id: string;
  title: string;
  section: string;
  topic: string;
  kind: Kind;
  state: State;
  sent_at: string | null;
  audience: number;
  accepted: number;
  refused: number;
  unknown: number;
  clicks: number | null;
  blocks_24h: number | null;
}
interface Sum {
  name: string;
  label: string;
  broadcasts: number;
  recipients: number;
  clicks: number;
  blocks: number;
}
interface Answer {
  from: string;
  to: string;
  rows: Row[];
  sections: Sum[];
  topics: Sum[];
  days: Sum[];
}

const day = (offset: number) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Tokyo' }).format(new Date(Date.now() - offset * 86_400_000));

/** 11/26 */
const formatDay = (label: string) => label.slice(5).split('-').map(Number).join('/');

function Sums({ title, head, sums, none }: { title: string; head: string; sums: Sum[]; none: string }) {
  const { t } = useLanguage();
  const column = createColumnHelper<Sum>();
  return (
    <section className="card stack">
      <h2>{title}</h2>
      {sums.length === 0 ? (
        <p className="weak">{none}</p>
      ) : (
        <>
          <div className="chart" role="img" aria-label={t(`${title}：届いた人数の棒グラフ。数値は下の表にあります`, `${title}: bars of people reached; figures in the table below`)}>
            <ResponsiveContainer width="100%" height={Math.max(140, sums.length * 38 + 40)}>
              <BarChart data={sums} layout="vertical" margin={{ left: 8, right: 24 }}>
                <CartesianGrid horizontal={false} stroke="#e0e3ea" />
                <XAxis type="number" tickFormatter={(value: number) => formatNumber(value)} fontSize={13} />
                <YAxis type="category" dataKey="label" width={130} fontSize={13} />
                <Tooltip formatter={(value) => formatNumber(Number(value))} />
                <Bar dataKey="recipients" maxBarSize={28} name={t('届いた人数（のべ）', 'People reached')} fill="#0017c1" isAnimationActive={false} />
              </BarChart>
            </ResponsiveContainer>
          </div>
          <DataTable
            caption={title}
            rows={sums}
            numeric={['broadcasts', 'recipients', 'clicks', 'blocks']}
            columns={[
              column.accessor('label', { header: head }),
              column.accessor('broadcasts', { header: t('配信', 'Notices'), cell: ({ getValue }) => formatNumber(getValue()) }),
              column.accessor('recipients', { header: t('のべ人数', 'People'), cell: ({ getValue }) => formatNumber(getValue()) }),
              column.accessor('clicks', { header: t('リンク', 'Clicks'), cell: ({ getValue }) => formatNumber(getValue()) }),
              column.accessor('blocks', { header: t('ブロック', 'Blocks'), cell: ({ getValue }) => formatNumber(getValue()) }),
            ]}
          />
        </>
      )}
    </section>
  );
}

function Titled({ row }: { row: Row }) {
  return (
    <div className="stack-s" style={{ gap: 4 }}>
      <Link to={`/broadcasts/${row.id}`}>{row.title}</Link>
      <span className="row" style={{ gap: 6 }}>
        <KindBadge kind={row.kind} />
        <span className="small weak">{row.section}</span>
      </span>
    </div>
  );
}

export default function Results() {
  const { t, language } = useLanguage();
  const [range, setRange] = useState(() => ({ from: day(29), to: day(0) }));
  const [problem, setProblem] = useState<unknown>();
  const results = useQuery({ queryKey: ['results', range], queryFn: ({ signal }) => get<Answer>(`/results${query(range)}`, signal) });
  const column = createColumnHelper<Row>();
  return (
    <>
      <PageHead title={t('結果と記録', 'Results')} actions={<Button onClick={() => download(`/results.csv${query(range)}`, `results_${range.from}_${range.to}.csv`).catch(setProblem)}>{t('Excel用にダウンロード', 'Download for Excel')}</Button>} />
      <ProblemNotice problem={problem} />
      <div className="row filters">
        <Field label={t('この日から', 'From')}>{(field) => <input {...field} className="input" type="date" value={range.from} max={range.to} onChange={(event) => event.target.value && setRange({ ...range, from: event.target.value })} />}</Field>
        <Field label={t('この日まで', 'To')}>{(field) => <input {...field} className="input" type="date" value={range.to} min={range.from} onChange={(event) => event.target.value && setRange({ ...range, to: event.target.value })} />}</Field>
      </div>
      {results.isPending ? (
        <Loading />
      ) : results.isError ? (
        <ProblemNotice problem={results.error} retry={() => void results.refetch()} />
      ) : (
        <>
          <section className="card stack">
            <h2>{t('日ごとの届いた人数', 'People reached by day')}</h2>
            {results.data.days.length === 0 ? (
              <p className="weak">{t('この期間の配信はありません。', 'Nothing in this period.')}</p>
            ) : (
              <>
                <div className="chart" role="img" aria-label={t('日ごとの届いた人数の棒グラフ。数値は下の表にあります', 'Bars of people reached by day; figures below')}>
                  <ResponsiveContainer width="100%" height={240}>
                    <BarChart data={results.data.days}>
                      <CartesianGrid vertical={false} stroke="#e0e3ea" />
                      <XAxis dataKey="label" fontSize={13} tickFormatter={formatDay} />
                      <YAxis tickFormatter={(value: number) => formatNumber(value)} fontSize={13} width={70} />
                      <Tooltip labelFormatter={(label) => formatDate(`${String(label)}T00:00:00+09:00`, language)} formatter={(value) => formatNumber(Number(value))} />
                      <Bar maxBarSize={48} dataKey="recipients" name={t('届いた人数（のべ）', 'People reached')} fill="#0017c1" isAnimationActive={false} />
                    </BarChart>
                  </ResponsiveContainer>
                </div>
                <details>
                  <summary>{t('表で見る', 'As a table')}</summary>
                  <div className="table-frame">
                    <table className="table">
                      <thead>
                        <tr>
                          <th scope="col">{t('日', 'Day')}</th>
                          <th scope="col" className="number">
                            {t('配信', 'Notices')}
                          </th>
                          <th scope="col" className="number">
                            {t('のべ人数', 'People')}
                          </th>
                        </tr>
                      </thead>
                      <tbody>
                        {results.data.days.map((each) => (
                          <tr key={each.name}>
                            <td>{formatDate(`${each.label}T00:00:00+09:00`, language)}</td>
                            <td className="number">{formatNumber(each.broadcasts)}</td>
                            <td className="number">{formatNumber(each.recipients)}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                </details>
              </>
            )}
          </section>
          <div className="grid-2">
            <Sums title={t('課ごと', 'By section')} head={t('課', 'Section')} sums={results.data.sections} none={t('この期間の配信はありません。', 'Nothing in this period.')} />
            <Sums title={t('話題ごと', 'By topic')} head={t('話題', 'Topic')} sums={results.data.topics} none={t('この期間に、話題を付けた配信はありません。', 'Nothing with a topic in this period.')} />
          </div>
          <section className="card stack">
            <h2>{t('配信の記録', 'Register')}</h2>
            {results.data.rows.length === 0 ? (
              <Empty>{t('この期間の配信はありません。', 'Nothing in this period.')}</Empty>
            ) : (
              <DataTable
                caption={t('配信の記録', 'Register')}
                rows={results.data.rows}
                numeric={['audience', 'accepted', 'refused', 'unknown', 'clicks', 'blocks_24h']}
                columns={[
                  column.accessor('sent_at', { header: t('配信日時', 'Sent'), cell: ({ getValue }) => <span style={{ display: 'block', minWidth: '6.5em' }}>{formatDateTime(getValue(), language)}</span> }),
                  column.accessor('title', { header: t('件名', 'Title'), cell: ({ row }) => <Titled row={row.original} /> }),
                  column.accessor('state', { header: t('状態', 'State'), cell: ({ getValue }) => <StateBadge state={getValue()} /> }),
                  column.accessor('audience', { header: t('対象', 'Audience'), cell: ({ getValue }) => formatNumber(getValue()) }),
                  column.accessor('accepted', { header: t('送った', 'Accepted'), cell: ({ getValue }) => formatNumber(getValue()) }),
                  column.accessor('unknown', { header: t('不明', 'Unknown'), cell: ({ getValue }) => formatNumber(getValue()) }),
                  column.accessor('clicks', { header: t('リンク', 'Clicks'), cell: ({ getValue }) => formatNumber(getValue()) }),
                  column.accessor('blocks_24h', { header: t('ブロック', 'Blocks'), cell: ({ getValue }) => formatNumber(getValue()) }),
                ]}
              />
            )}
          </section>
        </>
      )}
    </>
  );
}
