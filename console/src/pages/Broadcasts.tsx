// All notices with their state: what stands red needs a person.
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { poll, query } from '../api/client';
import { useSession } from '../api/session';
import type { BroadcastSummary, Page, State } from '../api/types';
import { useLanguage } from '../i18n';
import { writers } from '../layout/pages';
import { formatDateTime } from '../lib/time';
import { allStates, KindBadge, StateBadge, stateWord } from '../lib/words';
import { Button, Empty, Field, Loading, PageHead, ProblemNotice } from '../ui';
import { DataTable } from '../ui/DataTable';

const size = 50;

export default function Broadcasts() {
  const { t, language } = useLanguage();
  const { may } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const state = parameters.get('state') ?? '';
  const q = parameters.get('q') ?? '';
  const [offset, setOffset] = useState(0);
  const choose = (next: { state?: string; q?: string }) => {
    const values = { state, q, ...next };
    setOffset(0);
    setParameters(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')));
  };
  const list = useQuery({
    queryKey: ['broadcasts', state, q, offset],
    queryFn: ({ signal }) => poll<Page<BroadcastSummary>>(`/broadcasts${query({ state, q, offset, count: size })}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const column = createColumnHelper<BroadcastSummary>();
  const columns = [
    column.accessor('title', {
      header: t('件名', 'Title'),
      cell: ({ row }) => (
        <div className="stack-s" style={{ gap: 4 }}>
          <Link to={`/broadcasts/${row.original.id}`}>{row.original.title}</Link>
          <span className="row" style={{ gap: 6 }}>
            <KindBadge kind={row.original.kind} priority={row.original.priority} />
            <span className="small weak">{row.original.segment_sentence}</span>
          </span>
        </div>
      ),
    }),
    column.accessor((row) => stateWord(row.state, t), { id: 'state', header: t('状態', 'State'), cell: ({ row }) => <StateBadge state={row.original.state} /> }),
    column.accessor('section', { header: t('担当課', 'Section') }),
    column.accessor((row) => row.due ?? row.created, {
      id: 'when',
      header: t('配信日時', 'When'),
      cell: ({ row }) => (
        <span className="moment">
          {row.original.due ? formatDateTime(row.original.due, language) : <span className="weak">{t('作成 ', 'written ') + formatDateTime(row.original.created, language)}</span>}
        </span>
      ),
    }),
    column.accessor('author', { header: t('作成者', 'Author') }),
  ];
  const rows = list.data?.items ?? [];
  return (
    <>
      <PageHead
        title={t('配信の一覧', 'Notices')}
        actions={
          may(...writers) && (
            <Link className="button button-primary" to="/compose">
              {t('配信を作る', 'New notice')}
            </Link>
          )
        }
      />
      <div className="row filters">
        <Field label={t('状態', 'State')}>
          {(attributes) => (
            <select {...attributes} className="input" value={state} onChange={(event) => choose({ state: event.target.value })}>
              <option value="">{t('すべて', 'All')}</option>
              {allStates.map((each: State) => (
                <option key={each} value={each}>
                  {stateWord(each, t)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('件名でさがす', 'Search titles')}>{(attributes) => <input {...attributes} className="input" type="search" value={q} onChange={(event) => choose({ q: event.target.value })} />}</Field>
      </div>
      {list.isPending ? (
        <Loading />
      ) : list.isError ? (
        <ProblemNotice problem={list.error} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          action={
            state || q ? (
              <Button small onClick={() => choose({ state: '', q: '' })}>
                {t('条件を外して、すべて見る', 'Show all')}
              </Button>
            ) : (
              may(...writers) && <Link to="/compose">{t('最初の配信を作る', 'Write the first one')}</Link>
            )
          }
        >
          {state || q ? t('当てはまる配信はありません。', 'No notice fits.') : t('まだ配信がありません。', 'No notices yet.')}
        </Empty>
      ) : (
        <DataTable caption={t('配信の一覧', 'Notices')} columns={columns} rows={rows} />
      )}
      <div className="row" hidden={offset === 0 && !list.data?.more}>
        <Button small disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - size))}>
          {t('新しいほうへ', 'Newer')}
        </Button>
        <Button small disabled={!list.data?.more} onClick={() => setOffset(offset + size)}>
          {t('古いほうへ', 'Older')}
        </Button>
      </div>
    </>
  );
}
