// One table: search, change a row, add one, take one away, replace the whole by a file from Excel.
import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { download, get, query } from '../../api/client';
import { useSession } from '../../api/session';
import { useLanguage } from '../../i18n';
import { useAttributes } from '../../segments/attributes';
import { Button, Dialog, Empty, Field, Loading, Notice, ProblemNotice } from '../../ui';
import { heading } from './headings';
import { Problems, useOverview, useWorkspaceCall, type FileProblem, type Workspace } from '../Content';

interface Page {
  kind: string;
  columns: string[];
  rows: { row: number; cells: string[] }[];
  total: number;
  offset: number;
}
interface Upload {
  accepted: boolean;
  shape: string;
  rows: number;
  problems: FileProblem[];
}
const size = 50;
const maxFile = 50 * 1024 * 1024;

/** As wide as the longest cell, within bounds: short columns leave their room to long ones. */
function widthOf(cells: string[]): string {
  const wide = (text: string) => [...text].reduce((sum, sign) => sum + (sign < '\u0100' ? 0.6 : 1), 0);
  return `${Math.ceil(Math.min(14, Math.max(...cells.map(wide))))}em`;
}

export function Table({ kind }: { kind: string }) {
  const { t, language } = useLanguage();
  const { may } = useSession();
  const editor = may('content_editor');
  const overview = useOverview();
  const workspaceCall = useWorkspaceCall();
  const [q, setQ] = useState('');
  const [offset, setOffset] = useState(0);
  const [editing, setEditing] = useState<{ row?: number; cells: string[] }>();
  const [problem, setProblem] = useState<unknown>();
  const [upload, setUpload] = useState<Upload>();
  const [uploading, setUploading] = useState('');
  const page = useQuery({
    queryKey: ['table', kind, q, offset],
    queryFn: ({ signal }) => get<Page>(`/content/tables/${kind}/rows${query({ q, offset, count: size })}`, signal),
    placeholderData: keepPreviousData,
  });
  const label = overview.data?.tables.find((each) => each.kind === kind)?.label ?? kind;
  const run = async (work: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await work();
      setEditing(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  const save = () =>
    run(() =>
      editing?.row === undefined
        ? workspaceCall<Workspace>(`/content/tables/${kind}/rows`, { method: 'POST', body: { cells: editing?.cells } })
        : workspaceCall<Workspace>(`/content/tables/${kind}/rows/${editing.row}`, { method: 'PUT', body: { cells: editing.cells } }),
    );
  const send = async (file: File | undefined) => {
    if (!file) return;
    setUpload(undefined);
    if (file.size > maxFile) {
      setUpload({ accepted: false, shape: '', rows: 0, problems: [{ file: file.name, row: 0, column: '', message: t('ファイルが大きすぎます（50MBまで）。', 'The file is over 50 MB.'), warning: false }] });
      return;
    }
    setUploading(file.name);
    await run(async () => {
      const bytes = new Blob([await file.arrayBuffer()], { type: 'application/octet-stream' });
      setUpload(await workspaceCall<Upload>(`/content/tables/${kind}/file${query({ name: file.name })}`, { method: 'PUT', body: bytes }));
    });
    setUploading('');
  };
  const columns = page.data?.columns ?? [];
  const widths = columns.map((column, index) => widthOf([heading(column, language), ...(page.data?.rows ?? []).map((row) => row.cells[index] ?? '')]));
  const places = useAttributes().data?.find((each) => each.id === 'district')?.values;
  const district = (id: string | undefined) => places?.find((each) => each.id === id)?.label;
  return (
    <div className="stack">
      <ProblemNotice problem={problem} />
      <div className="row-between">
        <div className="row filters">
          <Field label={t(`${label}をさがす`, `Search: ${label}`)}>
            {(field) => (
              <input
                {...field}
                className="input"
                type="search"
                value={q}
                onChange={(event) => {
                  setQ(event.target.value);
                  setOffset(0);
                }}
              />
            )}
          </Field>
        </div>
        <div className="row">
          {editor && <Button onClick={() => setEditing({ cells: columns.map(() => '') })}>{t('＋ 行を足す', '+ Add row')}</Button>}
          <Button onClick={() => download(`/content/tables/${kind}/file`, `${kind}.csv`).catch(setProblem)}>{t('Excel用にダウンロード', 'Download for Excel')}</Button>
        </div>
      </div>
      {editor && (
        <details className="card">
          <summary>{t('ファイル（CSV・Excel）で入れ替える', 'Replace by a file (CSV, Excel)')}</summary>
          <div className="stack" style={{ marginTop: 12 }}>
            <Field label={t('ファイル', 'File')} hint={t('全部の行が入れ替わります。誤りがあれば行と列を示し、いまの内容はそのまま残ります。', 'Replaces every row. With errors nothing changes.')}>
              {(field) => <input {...field} className="input" type="file" accept=".csv,.tsv,.txt,.xlsx" onChange={(event) => void send(event.target.files?.[0])} />}
            </Field>
            {uploading && <Loading what={t(`${uploading} を確認しています`, `Checking ${uploading}`)} />}
            {upload && (
              <>
                <Notice tone={upload.accepted ? 'good' : 'bad'} title={upload.accepted ? t(`${upload.rows.toLocaleString()}行を取り込みました`, `${upload.rows.toLocaleString()} ${upload.rows === 1 ? 'row' : 'rows'} taken`) : t('取り込めませんでした。いまの内容は変わっていません', 'Not taken; nothing changed')}>
                  {upload.accepted && <p>{t('「確認して公開」で、答えがどう変わるかを見てから公開してください。', 'See what changes before publishing.')}</p>}
                </Notice>
                <Problems problems={upload.problems} />
              </>
            )}
          </div>
        </details>
      )}
      {page.isPending ? (
        <Loading />
      ) : page.isError ? (
        <ProblemNotice problem={page.error} retry={() => void page.refetch()} />
      ) : page.data.rows.length === 0 ? (
        <Empty>{t('当てはまる行はありません。', 'No rows.')}</Empty>
      ) : (
        <>
          <p className="weak small" aria-live="polite">
            {t(`${page.data.total.toLocaleString()}行のうち ${offset + 1}〜${offset + page.data.rows.length}行目`, `${offset + 1}–${offset + page.data.rows.length} of ${page.data.total}`)}
          </p>
          <div className="table-frame content-table" tabIndex={0} role="region" aria-label={label}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    {t('行', 'Row')}
                  </th>
                  {columns.map((column, index) => (
                    <th key={column} scope="col" className={index === 0 ? 'content-name' : undefined}>
                      {heading(column, language)}
                    </th>
                  ))}
                  {editor && <th scope="col" className="content-change">{t('操作', 'Change')}</th>}
                </tr>
              </thead>
              <tbody>
                {page.data.rows.map((row) => (
                  <tr key={row.row}>
                    <td className="number">{row.row}</td>
                    {columns.map((column, index) => (
                      <td key={column} className={index === 0 ? 'cell content-name' : 'cell'} style={{ minWidth: widths[index] }}>
                        {row.cells[index]}
                        {column === '地区ID' && district(row.cells[index]) && <span className="weak">{t(`（${district(row.cells[index])}）`, ` ${district(row.cells[index])}`)}</span>}
                      </td>
                    ))}
                    {editor && (
                      <td className="content-change">
                        <Button small onClick={() => setEditing({ row: row.row, cells: columns.map((_, index) => row.cells[index] ?? '') })}>
                          {t('直す', 'Edit')}
                          <span className="visually-hidden">：{row.cells[0]}</span>
                        </Button>
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="row" hidden={page.data.total <= size}>
            <Button small disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - size))}>
              {t('前へ', 'Back')}
            </Button>
            <Button small disabled={offset + size >= page.data.total} onClick={() => setOffset(offset + size)}>
              {t('次へ', 'Next')}
            </Button>
          </div>
        </>
      )}
      <Dialog
        open={Boolean(editing)}
        title={editing?.row === undefined ? t('行を足す', 'Add a row') : t(`${editing.row}行目を直す`, `Row ${editing.row}`)}
        onClose={() => setEditing(undefined)}
        actions={
          <>
            {editing?.row !== undefined && (
              <Button kind="quiet" onClick={() => run(() => workspaceCall(`/content/tables/${kind}/rows/${editing.row}`, { method: 'DELETE' }))}>
                {t('この行を削除', 'Remove this row')}
              </Button>
            )}
            <Button onClick={() => setEditing(undefined)}>{t('戻る', 'Back')}</Button>
            <Button kind="primary" onClick={save}>
              {t('保存', 'Save')}
            </Button>
          </>
        }
      >
        {columns.map((column, index) => (
          <Field key={column} label={heading(column, language)}>
            {(field) => {
              const value = editing?.cells[index] ?? '';
              const change = (text: string) => setEditing((old) => old && { ...old, cells: old.cells.map((cell, i) => (i === index ? text : cell)) });
              return value.length > 40 ? (
                <textarea {...field} className="input" rows={4} value={value} onChange={(event) => change(event.target.value)} />
              ) : (
                <input {...field} className="input" value={value} onChange={(event) => change(event.target.value)} />
              );
            }}
          </Field>
        ))}
      </Dialog>
    </div>
  );
}
