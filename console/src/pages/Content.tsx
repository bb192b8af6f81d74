// What residents are answered: tables of the sections, prepared in a workspace, tested, compared, published, rolled back.
import { NavLink, Navigate, Route, Routes, useParams } from 'react-router-dom';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get } from '../api/client';
import { useT } from '../i18n';
import { Loading, PageHead, ProblemNotice } from '../ui';
import { Ask } from './content/Ask';
import { Gaps } from './content/Gaps';
import { Publish } from './content/Publish';
import { Table } from './content/Table';
import { Versions } from './content/Versions';
import './content/content.css';

export interface FileProblem {
  file: string;
  row: number;
  column: string;
  message: string;
  warning: boolean;
}
export interface Workspace {
  revision: number;
  based_on?: string;
  changed: string[];
  changed_by?: string[];
  problems: FileProblem[];
  publishable: boolean;
  row?: number;
}
export interface Version {
  id: string;
  published: string | null;
  by: string;
  comment: string;
  current: boolean;
  changed?: string[];
}
export interface Overview {
  version: Version;
  tables: { kind: string; label: string; rows: number }[];
  workspace: Workspace;
  problems: FileProblem[];
}

export function useOverview() {
  return useQuery({ queryKey: ['content'], queryFn: ({ signal }) => get<Overview>('/content', signal) });
}

/** Changes the workspace; what it becomes is known to every part of the page at once. */
export function useWorkspaceCall() {
  const queries = useQueryClient();
  return async <T,>(path: string, options: { method: 'POST' | 'PUT' | 'DELETE'; body?: unknown }): Promise<T> => {
    const overview = queries.getQueryData<Overview>(['content']);
    try {
      return (await call<T>(path, { ...options, revision: overview?.workspace.revision })).data;
    } finally {
      await queries.invalidateQueries({ queryKey: ['content'] });
      void queries.invalidateQueries({ queryKey: ['table'] });
      void queries.invalidateQueries({ queryKey: ['content-diff'] });
    }
  };
}

export function Problems({ problems }: { problems: FileProblem[] }) {
  const t = useT();
  if (problems.length === 0) return null;
  return (
    <div className="table-frame problems" tabIndex={0} role="region" aria-label={t('直すところ', 'Problems')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('ファイル', 'File')}</th>
            <th scope="col" className="number">
              {t('行', 'Row')}
            </th>
            <th scope="col">{t('列', 'Column')}</th>
            <th scope="col">{t('直し方', 'What to do')}</th>
          </tr>
        </thead>
        <tbody>
          {problems.map((each, index) => (
            <tr key={index}>
              <td>{each.file}</td>
              <td className="number">{each.row || '—'}</td>
              <td>{each.column || '—'}</td>
              <td>{each.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TableRoute() {
  const { kind = 'garbage' } = useParams();
  return <Table key={kind} kind={kind} />;
}

export default function Content() {
  const t = useT();
  const overview = useOverview();
  if (overview.isPending) return <Loading />;
  if (overview.isError) return <ProblemNotice problem={overview.error} retry={() => void overview.refetch()} />;
  const changed = overview.data.workspace.changed.length;
  return (
    <>
      <PageHead title={t('自動応答の内容', 'Answers')} lead={t('直した内容は、「確認して公開」するまで住民への答えには使われません。', 'Changes are used only once they are published.')} />
      <nav className="tabs" aria-label={t('自動応答の内容', 'Answers')}>
        {overview.data.tables.map((table) => (
          <NavLink key={table.kind} to={`/content/tables/${table.kind}`}>
            {table.label} <span className="small weak">{table.rows.toLocaleString()}</span>
          </NavLink>
        ))}
        <span className="tabs-next" />
        <NavLink to="/content/gaps">{t('答えられなかった質問', 'Unanswered')}</NavLink>
        <NavLink to="/content/ask">{t('ためしに聞く', 'Try it')}</NavLink>
        <NavLink to="/content/publish">
          {t('確認して公開', 'Publish')} {changed > 0 && <span className="shell-count">{changed}</span>}
        </NavLink>
        <NavLink to="/content/versions">{t('公開の履歴', 'Versions')}</NavLink>
      </nav>
      <Routes>
        <Route path="tables/:kind" element={<TableRoute />} />
        <Route path="gaps" element={<Gaps />} />
        <Route path="ask" element={<Ask />} />
        <Route path="publish" element={<Publish />} />
        <Route path="versions" element={<Versions />} />
        <Route path="*" element={<Navigate to="tables/garbage" replace />} />
      </Routes>
    </>
  );
}
