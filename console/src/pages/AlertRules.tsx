// Which rules decide about warnings by themselves, and the two people it takes to change them: one proposes what stands in the
// content folder, another sees what it changes and publishes it or gives it back.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { newKey, poll, post } from '../api/client';
import { useSession } from '../api/session';
import { useLanguage } from '../i18n';
import { formatDateTime } from '../lib/time';
import { Badge, Button, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';
import './alert_rules.css';

type Action = 'send' | 'hold' | 'record';
type Occasion = 'new' | 'raised' | 'lowered' | 'lifted';
interface Change {
  kind: string;
  level: string;
  name: { ja: string; en: string };
  scopes: string[];
  hours: '' | 'day' | 'night';
  occasions: Occasion[];
  before: Action;
  after: Action;
}
interface Rules {
  standing: 'published' | 'file_differs' | 'nothing' | 'unusable';
  sentence: string;
  published: { hash: string; proposed_by: string; proposed_at: string; published_by: string; published_at: string } | null;
  returned: { hash: string; proposed_by: string; by: string; at: string; comment: string } | null;
  proposed: { hash: string; by: string; at: string; file_changed: boolean; changes: Change[]; files: { file: string; lines: { mark: ' ' | '+' | '-'; text: string }[] }[] } | null;
}

const actionWords: Record<Action, { ja: string; en: string; tone: 'bad' | 'warn' | 'quiet' }> = {
  send: { ja: '自動で送る', en: 'sent by itself', tone: 'bad' },
  hold: { ja: '人の確認を待つ', en: 'waits for a person', tone: 'warn' },
  record: { ja: '記録だけ', en: 'recorded only', tone: 'quiet' },
};
const occasionWords: Record<Occasion, [string, string]> = { new: ['発表', 'issued'], raised: ['引き上げ', 'raised'], lowered: ['引き下げ', 'lowered'], lifted: ['解除', 'lifted'] };
const scopeWords: Record<string, [string, string]> = { city: ['市', 'city'], district: ['地区', 'district'], region: ['地域', 'region'], prefecture: ['県', 'prefecture'] };

const standingWords: Record<Rules['standing'], [string, string]> = {
  published: ['公開済みの規則を使っています', 'The published rules are in force'],
  file_differs: ['規則のファイルは、公開済みの規則と違います', 'The files differ from the published rules, which are in force'],
  nothing: ['いまは、どの警報も自動では送りません', 'No rules are published: nothing leaves by itself'],
  unusable: ['公開済みの規則を使えません', 'The published rules cannot be used: everything waits'],
};

function Treatment({ action }: { action: Action }) {
  const { t } = useLanguage();
  const word = actionWords[action];
  return <Badge tone={word.tone}>{t(word.ja, word.en)}</Badge>;
}

/** Warnings that are treated alike before and after, for the same places, hours and occasions: one row of them. */
interface Group extends Pick<Change, 'scopes' | 'hours' | 'occasions' | 'before' | 'after'> {
  names: Change['name'][];
}
/** What begins to leave by itself first, then what stops to, then the rest. */
function grouped(changes: Change[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { name, scopes, hours, occasions, before, after } of changes) {
    const key = JSON.stringify([scopes, hours, occasions, before, after]);
    const group = groups.get(key) ?? { scopes, hours, occasions, before, after, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  const rank = (group: Group) => (group.after === 'send' ? 0 : group.before === 'send' ? 1 : 2);
  return [...groups.values()].sort((one, other) => rank(one) - rank(other));
}

function Changes({ changes }: { changes: Change[] }) {
  const { t, language } = useLanguage();
  if (changes.length === 0) return <p>{t('送る・待つ・記録する、の違いはありません。', 'What is sent, held or recorded stays the same.')}</p>;
  const where = (change: Group) =>
    [change.scopes.map((scope) => t(...(scopeWords[scope] ?? [scope, scope]))).join(t('・', ', ')), change.hours === '' ? '' : change.hours === 'day' ? t('昼', 'day') : t('夜', 'night')].filter(Boolean).join(t('、', ', '));
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('何が変わるか', 'What changes')}>
      <table className="table rule-changes">
        <thead>
          <tr>
            <th scope="col">{t('いま', 'Before')}</th>
            <th scope="col">{t('公開すると', 'After')}</th>
            <th scope="col">{t('とき', 'On')}</th>
            <th scope="col">{t('警報', 'Warnings')}</th>
          </tr>
        </thead>
        <tbody>
          {grouped(changes).map((group, index) => (
            <tr key={index}>
              <td>
                <Treatment action={group.before} />
              </td>
              <td>
                <Treatment action={group.after} />
              </td>
              <td>
                {group.occasions.length === Object.keys(occasionWords).length ? t('すべて', 'all') : group.occasions.map((each) => t(...occasionWords[each])).join(t('・', ', '))}
                {where(group) && <div className="small weak">{where(group)}</div>}
              </td>
              <td>
                {group.names.map((name) => (language === 'en' ? name.en : name.ja)).join(t('、', ', '))}
                <span className="small weak">{t(`（${group.names.length}種類）`, ` (${group.names.length})`)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How much of it there is: what leaves by itself from then on is what counts. */
function Summary({ changes }: { changes: Change[] }) {
  const { t } = useLanguage();
  const sum = (action: Action) => changes.filter((each) => each.after === action).length;
  if (changes.length === 0) return null;
  return (
    <p className="row">
      {(['send', 'hold', 'record'] as const)
        .filter((action) => sum(action) > 0)
        .map((action) => (
          <span key={action}>
            <Treatment action={action} /> {t(`になるもの ${sum(action)}件`, `from then on: ${sum(action)}`)}
          </span>
        ))}
    </p>
  );
}

function Proposal({ proposed, refresh }: { proposed: NonNullable<Rules['proposed']>; refresh: () => Promise<unknown> }) {
  const { t, language } = useLanguage();
  const { me, may } = useSession();
  const [asking, setAsking] = useState<'publish' | 'return'>();
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const own = me?.name === proposed.by;
  const publishes = may('emergency_officer', 'approver');
  const returns = may('emergency_officer', 'approver', 'content_editor');
  const act = async (what: 'publish' | 'return') => {
    setProblem(undefined);
    try {
      await post(`/alert-rules/${what}`, what === 'return' ? { hash: proposed.hash, comment } : { hash: proposed.hash }, { idempotencyKey: newKey() });
    } catch (error) {
      setProblem(error);
    }
    // The dialog stays until the page shows what became of it, so that nothing old can be pressed again.
    await refresh();
    setAsking(undefined);
  };
  return (
    <section className="card stack">
      <h2>{t('提案されている規則', 'Proposed')}</h2>
      <p>
        {t('提案：', 'By ')}
        <strong>{proposed.by}</strong>{t(`（${formatDateTime(proposed.at, language)}）`, ` (${formatDateTime(proposed.at, language)})`)}
      </p>
      {proposed.file_changed && (
        <Notice tone="bad" title={t('提案のあとに規則のファイルが変わりました', 'The files have changed since')}>
          {t('このままでは公開できません。内容を確かめて、提案し直してください。', 'It cannot be published. Please propose it anew.')}
        </Notice>
      )}
      <h3>{t('何が変わるか', 'What changes')}</h3>
      <Summary changes={proposed.changes} />
      <Changes changes={proposed.changes} />
      <h3>{t('ファイルの文の違い', 'Lines of the files')}</h3>
      {proposed.files.map((file) => (
        <details key={file.file} open={proposed.files.length === 1}>
          <summary>{file.file}</summary>
          <pre className="rule-lines" tabIndex={0}>
            {file.lines.map((line, index) => {
              const text = `${line.mark} ${line.text}\n`;
              return line.mark === '+' ? <ins key={index}>{text}</ins> : line.mark === '-' ? <del key={index}>{text}</del> : <span key={index}>{text}</span>;
            })}
          </pre>
        </details>
      ))}
      <ProblemNotice problem={problem} />
      {own && publishes && <p className="weak">{t('自分の提案は、自分では公開できません。別の方に頼んでください。', 'Another person must publish your proposal.')}</p>}
      <div className="row">
        {publishes && !own && (
          <Button kind="danger" disabled={proposed.file_changed} onClick={() => setAsking('publish')}>
            {t('この規則を公開する', 'Publish')}
          </Button>
        )}
        {returns && <Button onClick={() => setAsking('return')}>{own ? t('提案を取り下げる', 'Take it back') : t('差し戻す', 'Give it back')}</Button>}
      </div>
      <Dialog
        open={Boolean(asking)}
        kind={asking === 'publish' ? 'live' : undefined}
        title={asking === 'publish' ? t('この規則で、警報を自動で送りますか', 'Let warnings leave by these rules?') : own ? t('提案を取り下げますか', 'Take it back?') : t('差し戻しますか', 'Give it back?')}
        onClose={() => setAsking(undefined)}
        actions={
          <>
            <Button onClick={() => setAsking(undefined)}>{t('戻る', 'Back')}</Button>
            <Button kind={asking === 'publish' ? 'danger' : undefined} onClick={() => asking && act(asking)}>
              {asking === 'publish' ? t('公開する', 'Publish') : own ? t('取り下げる', 'Take back') : t('差し戻す', 'Give back')}
            </Button>
          </>
        }
      >
        {asking === 'publish' ? (
          <p>{t('次の電文から、この規則で送る・待つ・記録するが決まります。提案した方とあなたの名前が記録に残ります。', 'It decides from the next message on. Your name and the proposer\u2019s are kept.')}</p>
        ) : (
          <Field label={t('理由（記録に残ります）', 'Reason (kept)')}>{(field) => <input {...field} className="input" maxLength={500} value={comment} onChange={(event) => setComment(event.target.value)} />}</Field>
        )}
      </Dialog>
    </section>
  );
}

export default function AlertRules() {
  const { t, language } = useLanguage();
  const { me, may } = useSession();
  const [problem, setProblem] = useState<unknown>();
  const rules = useQuery({ queryKey: ['alert-rules'], queryFn: ({ signal }) => poll<Rules>('/alert-rules', signal), refetchInterval: 15_000 });
  const refresh = () => rules.refetch();
  const act = async (step: 'propose' | 'return', body: object) => {
    setProblem(undefined);
    try {
      await post(`/alert-rules/${step}`, body, { idempotencyKey: newKey() });
    } catch (error) {
      setProblem(error);
    }
    await refresh();
  };
  const data = rules.data;
  return (
    <>
      <PageHead
        title={t('警報の規則', 'Rules of warnings')}
        lead={t('警報が来たときに自動で送るかどうかを決める規則です。一人が提案し、別の人が公開します。', 'What leaves by itself when a warning comes. One person proposes, another publishes.')}
        actions={may('emergency_officer', 'content_editor') ? <Button onClick={() => act('propose', {})}>{t('規則のファイルを提案する', 'Propose the rules as they stand in the file')}</Button> : undefined}
      />
      <ProblemNotice problem={problem} />
      {rules.isPending ? (
        <Loading />
      ) : rules.isError || !data ? (
        <ProblemNotice problem={rules.error} retry={() => void refresh()} />
      ) : (
        <>
          <Notice tone={data.standing === 'published' ? 'good' : 'warn'} title={t(...standingWords[data.standing])}>
            {language === 'ja' && data.standing !== 'published' && <p>{data.sentence}</p>}
            {data.published && (language !== 'ja' || data.standing === 'published') && (
              <p className="small">
                {t(`提案 ${data.published.proposed_by}（${formatDateTime(data.published.proposed_at, language)}）、公開 ${data.published.published_by}（${formatDateTime(data.published.published_at, language)}）`, `Proposed by ${data.published.proposed_by} (${formatDateTime(data.published.proposed_at, language)}), published by ${data.published.published_by} (${formatDateTime(data.published.published_at, language)})`)}
              </p>
            )}
          </Notice>
          {data.returned && (
            <Notice tone="warn" title={t('提案は差し戻されました', 'The proposal was given back')}>
              <p>{data.returned.comment || t('理由は書かれていません。', 'No reason was given.')}</p>
              <p className="small">
                {t(`提案 ${data.returned.proposed_by}、差し戻し ${data.returned.by}（${formatDateTime(data.returned.at, language)}）`, `Proposed by ${data.returned.proposed_by}, returned by ${data.returned.by} (${formatDateTime(data.returned.at, language)})`)}
              </p>
              {me?.name === data.returned.proposed_by && <Button onClick={() => act('return', { hash: data.returned?.hash, comment: '' })}>{t('確認しました', 'I have read it')}</Button>}
            </Notice>
          )}
          {data.proposed ? <Proposal proposed={data.proposed} refresh={refresh} /> : <p className="weak">{t('提案されている規則はありません。', 'Nothing is proposed.')}</p>}
        </>
      )}
    </>
  );
}
