// Before publishing: what is wrong, whether the city's own tests hold, which answers change. Then it answers.
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { get, post, Problem } from '../../api/client';
import { useSession } from '../../api/session';
import { useT } from '../../i18n';
import { Button, Check, Empty, Field, Loading, Notice, ProblemNotice } from '../../ui';
import { Problems, useOverview, useWorkspaceCall } from '../Content';

interface TestRun {
  passed: number;
  failed: number;
  outcomes: { row: number; text: string; expected: string; passed: boolean; got: string; failure: string }[];
}
interface Diff {
  compared: number;
  changed: number;
  changes: { text: string; before: string; after: string; before_answer?: string; after_answer?: string }[];
}

export function Publish() {
  const t = useT();
  const { may } = useSession();
  const editor = may('content_editor');
  const overview = useOverview();
  const workspaceCall = useWorkspaceCall();
  const [tests, setTests] = useState<TestRun>();
  const [comment, setComment] = useState('');
  const [anyway, setAnyway] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [done, setDone] = useState(false);
  const workspace = overview.data?.workspace;
  const changed = (workspace?.changed.length ?? 0) > 0;
  const diff = useQuery({ queryKey: ['content-diff', workspace?.revision], queryFn: ({ signal }) => get<Diff>('/content/workspace/diff', signal), enabled: changed, retry: false });
  if (!workspace) return <Loading />;
  const labels = workspace.changed.map((kind) => overview.data?.tables.find((each) => each.kind === kind)?.label ?? kind);
  const test = async () => {
    setProblem(undefined);
    try {
      setTests(await post<TestRun>('/content/workspace/test'));
    } catch (error) {
      setProblem(error);
    }
  };
  const publish = async () => {
    setProblem(undefined);
    try {
      await workspaceCall('/content/workspace/publish', { method: 'POST', body: { comment, accept_failures: anyway } });
      setDone(true);
      setTests(undefined);
      setComment('');
    } catch (error) {
      setProblem(error);
      if (error instanceof Problem && error.code === 'tests_failed') await test();
    }
  };
  const discard = async () => {
    try {
      await workspaceCall('/content/workspace/discard', { method: 'POST', body: {} });
      setTests(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  if (!changed) {
    return (
      <div className="stack">
        {done && <Notice tone="good" title={t('公開しました。住民への答えに使われています', 'Published: it answers now')} />}
        <Empty action={<Link to="/content/tables/faq">{t('よくある質問を開く', 'Open the FAQ')}</Link>}>{t('公開を待っている変更はありません。表を直すかファイルで入れ替えると、ここで答えの変わり方を見てから公開できます。', 'Nothing waits to be published. Change a table; here you see what it does before publishing.')}</Empty>
      </div>
    );
  }
  return (
    <div className="stack-l">
      <ProblemNotice problem={problem} />
      <section className="card stack">
        <h2>{t('変更したもの', 'Changed')}</h2>
        <p>
          {labels.join('、')} {(workspace.changed_by?.length ?? 0) > 0 && <span className="weak">{t(`（変更した人：${workspace.changed_by?.join('、')}）`, ` (by ${workspace.changed_by?.join(', ')})`)}</span>}
        </p>
        <Problems problems={workspace.problems.filter((each) => !each.warning)} />
        {workspace.problems.some((each) => each.warning) && (
          <details>
            <summary>{t(`気をつけること（${workspace.problems.filter((each) => each.warning).length}件）`, 'Warnings')}</summary>
            <Problems problems={workspace.problems.filter((each) => each.warning)} />
          </details>
        )}
      </section>
      <section className="card stack">
        <h2>{t('答えが変わる質問', 'Answers that change')}</h2>
        {diff.isPending ? (
          <Loading what={t('いまの答えと比べています', 'Comparing')} />
        ) : diff.isError ? (
          <ProblemNotice problem={diff.error} retry={() => void diff.refetch()} />
        ) : diff.data.changed === 0 ? (
          <p className="weak">{t(`${diff.data.compared.toLocaleString()}件の質問で、変わる答えはありません。`, `No change in ${diff.data.compared} questions.`)}</p>
        ) : (
          <>
            <p>{t(`${diff.data.compared.toLocaleString()}件の質問のうち、${diff.data.changed.toLocaleString()}件で答えが変わります。`, `${diff.data.changed} of ${diff.data.compared} change.`)}</p>
            <div className="table-frame problems" tabIndex={0} role="region" aria-label={t('答えが変わる質問', 'Answers that change')}>
              <table className="table table-even">
                <thead>
                  <tr>
                    <th scope="col">{t('質問', 'Question')}</th>
                    <th scope="col">{t('いまの答え', 'Now')}</th>
                    <th scope="col">{t('新しい答え', 'Then')}</th>
                  </tr>
                </thead>
                <tbody>
                  {diff.data.changes.map((each) => (
                    <tr key={each.text}>
                      <td>{each.text}</td>
                      <td className="pre small">{each.before_answer ?? each.before}</td>
                      <td className="pre small">{each.after_answer ?? each.after}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </section>
      <section className="card stack">
        <h2>{t('市のテスト', "The city's tests")}</h2>
        <div>
          <Button onClick={test}>{t('テストを実行', 'Run the tests')}</Button>
        </div>
        {tests && (
          <Notice tone={tests.failed === 0 ? 'good' : 'bad'} title={t(`${tests.passed.toLocaleString()}件は期待どおり、${tests.failed.toLocaleString()}件が期待とちがいます`, `${tests.passed} passed, ${tests.failed} failed`)}>
            {tests.failed > 0 && (
              <ul>
                {tests.outcomes
                  .filter((each) => !each.passed)
                  .slice(0, 50)
                  .map((each) => (
                    <li key={each.row}>
                      {t(`${each.row}行目「${each.text}」`, `row ${each.row} “${each.text}”`)}：{each.failure}
                    </li>
                  ))}
              </ul>
            )}
          </Notice>
        )}
      </section>
      {editor && (
        <section className="card stack">
          <h2>{t('公開する', 'Publish')}</h2>
          <Field label={t('変更の説明（履歴に残ります）', 'What changed (kept)')} required>
            {(field) => <input {...field} className="input" maxLength={500} value={comment} onChange={(event) => setComment(event.target.value)} />}
          </Field>
          {tests && tests.failed > 0 && <Check label={t('テストが期待とちがっても公開する', 'Publish although tests fail')} checked={anyway} onChange={setAnyway} />}
          <div className="row">
            <Button kind="primary" disabled={!workspace.publishable || comment.trim() === ''} onClick={publish}>
              {t('公開する', 'Publish')}
            </Button>
            <Button kind="quiet" onClick={discard}>
              {t('変更をすべて捨てる', 'Discard all changes')}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}
