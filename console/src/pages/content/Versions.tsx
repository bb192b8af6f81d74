// What was published, by whom; any of it can answer again.
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get, newKey, post } from '../../api/client';
import { useSession } from '../../api/session';
import { useLanguage } from '../../i18n';
import { formatDateTime } from '../../lib/time';
import { Badge, Button, Dialog, Loading, ProblemNotice } from '../../ui';
import type { Version } from '../Content';

export function Versions() {
  const { t, language } = useLanguage();
  const { may } = useSession();
  const queries = useQueryClient();
  const versions = useQuery({ queryKey: ['versions'], queryFn: ({ signal }) => get<{ items: Version[] }>('/content/versions', signal) });
  const [asking, setAsking] = useState<Version>();
  const [problem, setProblem] = useState<unknown>();
  const restore = async () => {
    try {
      await post(`/content/versions/${asking?.id}/restore`, {}, { idempotencyKey: newKey() });
      setAsking(undefined);
      await queries.invalidateQueries();
    } catch (error) {
      setProblem(error);
      setAsking(undefined);
    }
  };
  if (versions.isPending) return <Loading />;
  if (versions.isError) return <ProblemNotice problem={versions.error} retry={() => void versions.refetch()} />;
  return (
    <div className="stack">
      <ProblemNotice problem={problem} />
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('公開日時', 'Published')}</th>
              <th scope="col">{t('公開した人', 'By')}</th>
              <th scope="col">{t('説明', 'What')}</th>
              <th scope="col">{t('操作', 'Action')}</th>
            </tr>
          </thead>
          <tbody>
            {versions.data.items.map((each) => (
              <tr key={each.id}>
                <td className="moment">{formatDateTime(each.published, language)}</td>
                <td>{each.by || '—'}</td>
                <td>{each.comment || (each.published ? '—' : t('はじめに用意した内容', 'Installed with the program'))}</td>
                <td>
                  {each.current ? (
                    <Badge tone="good">{t('いまの内容', 'Answers now')}</Badge>
                  ) : (
                    may('content_editor') && (
                      <Button small onClick={() => setAsking(each)}>
                        {t('この内容に戻す', 'Restore')}
                      </Button>
                    )
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Dialog
        open={Boolean(asking)}
        title={t('この内容に戻しますか', 'Restore this version?')}
        onClose={() => setAsking(undefined)}
        actions={
          <>
            <Button onClick={() => setAsking(undefined)}>{t('戻る', 'Back')}</Button>
            <Button kind="primary" onClick={restore}>
              {t('戻す', 'Restore')}
            </Button>
          </>
        }
      >
        <p>{t('すぐに住民への答えに使われます。いまの内容も履歴に残ります。', 'It answers at once; the current version stays in the list.')}</p>
      </Dialog>
    </div>
  );
}
