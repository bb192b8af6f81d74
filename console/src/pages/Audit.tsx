// Who did what; each entry is bound to all before it.
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { get, post, query } from '../api/client';
import { useLanguage, useT } from '../i18n';
import { formatDateTime } from '../lib/time';
import { accountWords, auditWord, detailWords, failureWord, shortHashes, targetWord } from '../lib/words';
import { Button, Empty, Loading, Notice, PageHead, ProblemNotice } from '../ui';

interface Entry {
  seq: number;
  at: string;
  by: string;
  action: string;
  target: string;
  detail: string;
}

/** What was acted on; a notice is named by the first signs of its id and can be opened. */
function Target({ target }: { target: string }) {
  const t = useT();
  const broadcast = /^broadcast:([0-9a-f]{8})([0-9a-f]+)$/.exec(target);
  if (broadcast) {
    return (
      <Link to={`/broadcasts/${broadcast[1]}${broadcast[2]}`}>
        {t('配信 ', 'notice ')}
        {broadcast[1]}
      </Link>
    );
  }
  return <>{targetWord(target.replace(/^[a-z_]+:/, ''), t) || '—'}</>;
}

export default function Audit() {
  const { t, language } = useLanguage();
  const [before, setBefore] = useState<number>();
  const [proof, setProof] = useState<{ whole: boolean; entries: number; detail: string }>();
  const [problem, setProblem] = useState<unknown>();
  const page = useQuery({ queryKey: ['audit', before], queryFn: ({ signal }) => get<{ items: Entry[] }>(`/audit${query({ before, count: 100 })}`, signal) });
  const items = page.data?.items ?? [];
  const verify = async () => {
    try {
      setProof(await post('/audit/verify'));
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <>
      <PageHead title={t('操作の記録', 'Audit log')} actions={<Button onClick={verify}>{t('改ざんがないか確かめる', 'Verify')}</Button>} />
      <ProblemNotice problem={problem} />
      {proof && (
        <Notice tone={proof.whole ? 'good' : 'bad'} title={proof.whole ? t(`${proof.entries.toLocaleString()}件の記録はすべてつながっています`, `All ${proof.entries} entries are whole`) : t('記録に欠けや変更があります', 'The log is not whole')}>
          {!proof.whole && proof.detail}
        </Notice>
      )}
      {page.isPending ? (
        <Loading />
      ) : page.isError ? (
        <ProblemNotice problem={page.error} retry={() => void page.refetch()} />
      ) : items.length === 0 ? (
        <Empty>{t('記録はありません。', 'No entries.')}</Empty>
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  {t('番号', 'No.')}
                </th>
                <th scope="col">{t('日時', 'When')}</th>
                <th scope="col">{t('だれが', 'Who')}</th>
                <th scope="col">{t('何を', 'What')}</th>
                <th scope="col">{t('対象', 'Target')}</th>
                <th scope="col">{t('内容', 'Detail')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((entry) => (
                <tr key={entry.seq}>
                  <td className="number">{entry.seq}</td>
                  <td className="moment">{formatDateTime(entry.at, language)}</td>
                  <td>{entry.by === 'terminal' ? t('サーバーの操作', 'on the server') : entry.by}</td>
                  <td>{auditWord(entry.action, t)}</td>
                  <td className="code">
                    <Target target={entry.target} />
                  </td>
                  <td className="pre small">{entry.action.startsWith('account.') ? accountWords(entry.detail, t) : entry.action === 'login.failed' ? failureWord(entry.detail, t) : shortHashes(detailWords(entry.detail, t))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="row" hidden={before === undefined && items.length < 100}>
        <Button small disabled={before === undefined} onClick={() => setBefore(undefined)}>
          {t('最新へ', 'Newest')}
        </Button>
        <Button small disabled={items.length < 100} onClick={() => setBefore(items[items.length - 1]?.seq)}>
          {t('古いほうへ', 'Older')}
        </Button>
      </div>
    </>
  );
}
