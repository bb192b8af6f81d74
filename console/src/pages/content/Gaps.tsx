// Questions that several residents asked in vain, and the one step that gives each an answer.
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { get, query } from '../../api/client';
import { useSession } from '../../api/session';
import { useLanguage } from '../../i18n';
import { formatDate } from '../../lib/time';
import { Badge, Button, Dialog, Empty, Field, Loading, Notice, ProblemNotice } from '../../ui';
import { useWorkspaceCall } from '../Content';

interface Gap {
  kind: 'unmatched' | 'rejected';
  intent: string;
  examples: string[];
  times: number;
  residents: number;
  last: string;
}
interface FaqPage {
  columns: string[];
  rows: { row: number; cells: string[] }[];
}

export function Gaps() {
  const { t, language } = useLanguage();
  const { may } = useSession();
  const workspaceCall = useWorkspaceCall();
  const gaps = useQuery({ queryKey: ['gaps'], queryFn: ({ signal }) => get<{ items: Gap[] }>('/content/gaps', signal) });
  const [adding, setAdding] = useState<string>();
  const [text, setText] = useState('');
  const [q, setQ] = useState('');
  const [added, setAdded] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const faqs = useQuery({ queryKey: ['table', 'faq', q, 0, 'pick'], queryFn: ({ signal }) => get<FaqPage>(`/content/tables/faq/rows${query({ q, count: 8 })}`, signal), enabled: adding !== undefined });
  const add = async (faq: string) => {
    setProblem(undefined);
    try {
      await workspaceCall('/content/gaps/paraphrase', { method: 'POST', body: { faq, text } });
      setAdded(text);
      setAdding(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  if (gaps.isPending) return <Loading />;
  if (gaps.isError) return <ProblemNotice problem={gaps.error} retry={() => void gaps.refetch()} />;
  return (
    <div className="stack">
      <p className="weak">{t('3人以上が尋ねたものだけを、名前や番号を隠して表示します。90日で消えます。', 'Only what three or more residents asked, masked; kept 90 days.')}</p>
      {added && <Notice tone="good" title={t(`「${added}」を言い換えに足しました`, `Added “${added}”`)}>{t('「確認して公開」で公開してください。', 'Publish it to take effect.')}</Notice>}
      {gaps.data.items.length === 0 ? (
        <Empty action={<Link to="/content/ask">{t('ためしに聞いてみる', 'Try the answers')}</Link>}>{t('いまはありません。住民が尋ねて答えられなかった質問がここにまとまり、よくある質問の言い換えに一手で足せます。', 'None right now. What residents ask in vain is gathered here, to be added to a FAQ in one step.')}</Empty>
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('質問（例）', 'Question (examples)')}</th>
                <th scope="col">{t('種類', 'Kind')}</th>
                <th scope="col" className="number">
                  {t('人数', 'People')}
                </th>
                <th scope="col" className="number">
                  {t('回数', 'Times')}
                </th>
                <th scope="col">{t('最後', 'Last')}</th>
                {may('content_editor') && <th scope="col">{t('操作', 'Action')}</th>}
              </tr>
            </thead>
            <tbody>
              {gaps.data.items.map((gap, index) => (
                <tr key={index}>
                  <td>
                    {gap.examples.map((each) => (
                      <div key={each}>{each}</div>
                    ))}
                  </td>
                  <td>{gap.kind === 'unmatched' ? <Badge tone="warn">{t('答えがない', 'No answer')}</Badge> : <Badge>{t('役に立たなかった', 'Did not help')}</Badge>}</td>
                  <td className="number">{gap.residents}</td>
                  <td className="number">{gap.times}</td>
                  <td>{formatDate(gap.last, language)}</td>
                  {may('content_editor') && (
                    <td>
                      <Button
                        small
                        onClick={() => {
                          setText(gap.examples[0] ?? '');
                          setQ('');
                          setAdding(gap.examples[0] ?? '');
                        }}
                      >
                        <span className="nowrap">{t('言い換えに足す', 'Add to a FAQ')}</span>
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Dialog open={adding !== undefined} title={t('どの質問の言い換えにしますか', 'Which FAQ?')} onClose={() => setAdding(undefined)} actions={<Button onClick={() => setAdding(undefined)}>{t('戻る', 'Back')}</Button>}>
        <ProblemNotice problem={problem} />
        <Field label={t('言い換えの文', 'Wording')}>{(field) => <input {...field} className="input" maxLength={200} value={text} onChange={(event) => setText(event.target.value)} />}</Field>
        <Field label={t('よくある質問をさがす', 'Search FAQ')}>{(field) => <input {...field} className="input" type="search" value={q} onChange={(event) => setQ(event.target.value)} />}</Field>
        <ul className="home-list">
          {(faqs.data?.rows ?? []).map((row) => (
            <li key={row.row} className="row-between">
              <span>{row.cells[1] ?? row.cells[0]}</span>
              <Button small onClick={() => add(row.cells[0] ?? '')}>
                {t('ここに足す', 'Add here')}
              </Button>
            </li>
          ))}
        </ul>
      </Dialog>
    </div>
  );
}
