// How many there are and what they chose; never who. One can be erased by the code that they show.
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get } from '../api/client';
import { useSession } from '../api/session';
import type { Count } from '../api/types';
import { useLanguage } from '../i18n';
import { labelIn } from '../segments/model';
import { Button, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';

interface Counts {
  followers: Count;
  attributes: { id: string; label: Record<string, string>; answered: Count; values: { id: string; label: Record<string, string>; count: Count }[] }[];
}

function Erase() {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const erase = async () => {
    setProblem(undefined);
    try {
      await call('/residents/erase', { method: 'POST', body: { code: code.trim() } });
      setDone(true);
      setCode('');
      await queries.invalidateQueries({ queryKey: ['residents'] });
    } catch (error) {
      setProblem(error);
    }
    setAsking(false);
  };
  return (
    <section className="card stack">
      <h2>{t('登録を消す', 'Erase a resident')}</h2>
      <p className="weak">{t('本人のトークで「コードを見せて」と送ると表示されるコードを入力します。コードは24時間有効です。', 'The resident asks for a code in the chat (コードを見せて); it is valid for 24 hours.')}</p>
      <ProblemNotice problem={problem} />
      {done && <Notice tone="good" title={t('消しました', 'Erased')} />}
      <div className="row filters">
        <Field label={t('住民のコード', "Resident's code")}>{(field) => <input {...field} className="input" autoComplete="off" value={code} onChange={(event) => setCode(event.target.value)} />}</Field>
        <Button kind="danger" disabled={code.trim() === ''} onClick={() => setAsking(true)}>
          {t('登録を消す', 'Erase')}
        </Button>
      </div>
      <Dialog
        open={asking}
        title={t('この方の登録をすべて消しますか', 'Erase everything about this resident?')}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('戻る', 'Back')}</Button>
            <Button kind="danger" onClick={erase}>
              {t('消す', 'Erase')}
            </Button>
          </>
        }
      >
        <p>{t('受信設定とやりとりの記録がすべて消え、元に戻せません。', 'Settings and conversation go for good.')}</p>
      </Dialog>
    </section>
  );
}

export default function Residents() {
  const { t, language } = useLanguage();
  const { may } = useSession();
  const counts = useQuery({ queryKey: ['residents'], queryFn: ({ signal }) => get<Counts>('/residents/counts', signal) });
  if (counts.isPending) return <Loading />;
  if (counts.isError) return <ProblemNotice problem={counts.error} retry={() => void counts.refetch()} />;
  return (
    <>
      <PageHead title={t('登録者の数', 'Residents')} lead={t('だれが何を選んだかは表示しません。5人未満は人数を出しません。', 'Never who chose what; numbers under 5 are hidden.')} />
      <section className="card">
        <p>
          {t('友だち', 'Followers')}
          <strong className="progress-number" style={{ marginLeft: 16, fontSize: '2rem' }}>
            {counts.data.followers.shown}
          </strong>
        </p>
      </section>
      <div className="columns">
        {counts.data.attributes.map((attribute) => {
          const most = Math.max(1, ...attribute.values.map((value) => value.count.value ?? 0));
          return (
            <section key={attribute.id} className="card stack-s">
              <h2>{labelIn(attribute.label, language)}</h2>
              <p className="weak small">{t(`選んだ人 ${attribute.answered.shown}`, `answered: ${attribute.answered.shown}`)}</p>
              {attribute.values.length > 0 && (
                <table className="table">
                  <tbody>
                    {attribute.values.map((value) => (
                      <tr key={value.id}>
                        <td>{labelIn(value.label, language)}</td>
                        <td style={{ width: '32%' }}>
                          <div className="progress" aria-hidden="true">
                            <div style={{ width: `${((value.count.value ?? 0) / most) * 100}%` }} />
                          </div>
                        </td>
                        <td className="number">{value.count.shown}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </section>
          );
        })}
      </div>
      {may('operator') && <Erase />}
    </>
  );
}
