// Accounts, sections with their plan, and keys of other systems.
import { useState, type FormEvent } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get, newKey, Problem } from '../api/client';
import { useSession, type Role } from '../api/session';
import { useLanguage } from '../i18n';
import { allRoles, roleWord } from '../layout/pages';
import { formatDate } from '../lib/time';
import { Badge, Button, Check, Dialog, Field, Loading, Notice, PageHead, ProblemNotice } from '../ui';

interface Account {
  name: string;
  roles: Role[];
  section: string;
  disabled: boolean;
  must_change_password: boolean;
  second_factor: boolean;
  created: string;
}
interface Section {
  id: string;
  name: string;
  weekly_plan: number;
  revision: number;
}
interface ApiKey {
  id: string;
  name: string;
  section: string;
  scopes: string[];
  expires: string;
  created_by: string;
}

function RoleChecks({ chosen, onChange }: { chosen: Role[]; onChange: (roles: Role[]) => void }) {
  const { t } = useLanguage();
  return (
    <fieldset className="field">
      <legend>{t('役割', 'Roles')}</legend>
      {allRoles.map((role) => (
        <Check key={role} label={roleWord(role, t)} checked={chosen.includes(role)} onChange={(on) => onChange(on ? [...chosen, role] : chosen.filter((each) => each !== role))} />
      ))}
    </fieldset>
  );
}

function AccountDialog({ account, sections, onDone }: { account?: Account; sections: Section[]; onDone: (changed: boolean) => void }) {
  const { t } = useLanguage();
  const [name, setName] = useState(account?.name ?? '');
  const [section, setSection] = useState(account?.section ?? '');
  const [chosen, setChosen] = useState<Role[]>(account?.roles ?? ['author']);
  const [disabled, setDisabled] = useState(account?.disabled ?? false);
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const error = (field: string) => (problem instanceof Problem ? problem.fieldError(field) : undefined);
  const run = async (work: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await work();
      onDone(true);
    } catch (failed) {
      setProblem(failed);
    }
  };
  const save = () =>
    run(async () => {
      if (!account) {
        await call('/accounts', { method: 'POST', body: { name, roles: chosen, section, password }, idempotencyKey: newKey() });
        return;
      }
      await call(`/accounts/${account.name}`, { method: 'PATCH', body: { roles: chosen, section, disabled } });
      if (password) await call(`/accounts/${account.name}/password`, { method: 'POST', body: { password } });
    });
  return (
    <Dialog
      open
      title={account ? t(`${account.name} を変更`, `Change ${account.name}`) : t('アカウントを作る', 'New account')}
      onClose={() => onDone(false)}
      actions={
        <>
          <Button onClick={() => onDone(false)}>{t('戻る', 'Back')}</Button>
          <Button kind="primary" disabled={name === '' || section === '' || chosen.length === 0 || (!account && password === '')} onClick={save}>
            {t('保存', 'Save')}
          </Button>
        </>
      }
    >
      <ProblemNotice problem={problem} />
      {!account && <Field label={t('アカウント名（英小文字・数字・. _ -）', 'Name (a-z 0-9 . _ -)')} error={error('name')} required>{(field) => <input {...field} className="input" maxLength={32} value={name} onChange={(event) => setName(event.target.value)} />}</Field>}
      <Field label={t('課', 'Section')} error={error('section')} required>
        {(field) => (
          <>
            <input {...field} className="input" list="sections" maxLength={40} value={section} onChange={(event) => setSection(event.target.value)} />
            <datalist id="sections">
              {sections.map((each) => (
                <option key={each.id} value={each.name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <RoleChecks chosen={chosen} onChange={setChosen} />
      <Field label={account ? t('新しい仮パスワード（変えるときだけ）', 'New first password (only to change it)') : t('仮パスワード', 'First password')} hint={t('最初のログインで本人が変更します。', 'Changed by its owner at the first sign-in.')} error={error('password')} required={!account}>
        {(field) => <input {...field} className="input" type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      {account && (
        <>
          <Check label={t('使えなくする（すぐにログアウトされます）', 'Disabled (signed out at once)')} checked={disabled} onChange={setDisabled} />
          {account.second_factor && (
            <div>
              <Button small onClick={() => run(() => call(`/accounts/${account.name}/second-factor`, { method: 'DELETE' }))}>
                {t('確認コードを外す（スマートフォンの紛失）', 'Take the second factor away')}
              </Button>
            </div>
          )}
        </>
      )}
    </Dialog>
  );
}

const scopes: [string, string, string][] = [
  ['broadcasts:read', '配信を読む', 'Read notices'],
  ['broadcasts:write', '配信の下書きを作る', 'Write drafts'],
  ['residents:count', '人数を数える', 'Count residents'],
  ['results:read', '結果を読む', 'Read results'],
  ['content:read', '自動応答に聞く', 'Ask the engine'],
];

function ApiKeys({ operator }: { operator: boolean }) {
  const { t, language } = useLanguage();
  const keys = useQuery({ queryKey: ['api-keys'], queryFn: ({ signal }) => get<{ items: ApiKey[] }>('/api-keys', signal) });
  const [name, setName] = useState('');
  const [section, setSection] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [made, setMade] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const make = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      const answer = (await call<{ key: string }>('/api-keys', { method: 'POST', body: { name, section, scopes: chosen }, idempotencyKey: newKey() })).data;
      setMade(answer.key);
      setName('');
      setChosen([]);
      await keys.refetch();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <section className="card stack">
      <h2>{t('ほかのシステムの鍵', 'Keys of other systems')}</h2>
      <ProblemNotice problem={problem ?? keys.error} />
      {made && (
        <Notice tone="warn" title={t('この鍵は一度だけ表示されます。いま控えてください', 'Shown once: keep it now')}>
          <code className="pre">{made}</code>
        </Notice>
      )}
      {(keys.data?.items.length ?? 0) > 0 && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('システム', 'System')}</th>
                <th scope="col">{t('課', 'Section')}</th>
                <th scope="col">{t('できること', 'Scopes')}</th>
                <th scope="col">{t('期限', 'Expires')}</th>
                {operator && <th scope="col">{t('操作', 'Action')}</th>}
              </tr>
            </thead>
            <tbody>
              {keys.data?.items.map((each) => (
                <tr key={each.id}>
                  <td>{each.name}</td>
                  <td>{each.section}</td>
                  <td className="small">{each.scopes.map((one) => scopes.find(([scope]) => scope === one)).map((word, index) => (word ? t(word[1], word[2]) : each.scopes[index])).join(t('、', ', '))}</td>
                  <td className="nowrap">{formatDate(each.expires, language)}</td>
                  {operator && (
                    <td>
                      <Button small onClick={() => call(`/api-keys/${each.id}`, { method: 'DELETE' }).then(() => keys.refetch()).catch(setProblem)}>
                        {t('無効にする', 'Revoke')}
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {keys.data?.items.length === 0 && <p className="weak">{t('いまは使われていません。', 'None in use.')}</p>}
      {operator && (
        <details>
          <summary>{t('鍵を作る', 'New key')}</summary>
          <form className="stack" onSubmit={(event) => void make(event)} style={{ marginTop: 12 }}>
            <div className="grid-2">
              <Field label={t('システムの名前', 'System')} required>{(field) => <input {...field} className="input" maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
              <Field label={t('課', 'Section')} required>{(field) => <input {...field} className="input" maxLength={40} value={section} onChange={(event) => setSection(event.target.value)} />}</Field>
            </div>
            <fieldset className="field">
              <legend>{t('できること', 'Scopes')}</legend>
              {scopes.map(([scope, ja, en]) => (
                <Check key={scope} label={t(ja, en)} checked={chosen.includes(scope)} onChange={(on) => setChosen(on ? [...chosen, scope] : chosen.filter((each) => each !== scope))} />
              ))}
            </fieldset>
            <div>
              <Button submit disabled={name === '' || section === '' || chosen.length === 0}>
                {t('鍵を作る', 'Make')}
              </Button>
            </div>
          </form>
        </details>
      )}
    </section>
  );
}

function Sections({ sections, operator, refresh }: { sections: Section[]; operator: boolean; refresh: () => Promise<unknown> }) {
  const { t } = useLanguage();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const run = async (work: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    }
    await refresh();
  };
  return (
    <section className="card stack">
      <h2>{t('課と発信のめやす', 'Sections and their plan')}</h2>
      <p className="weak small">{t('DXの計画は、週に1回以上の発信をめざしています。', 'The DX plan asks for one post a week or more.')}</p>
      <ProblemNotice problem={problem} />
      {sections.length === 0 && <p className="weak">{t('まだ課がありません。課を足すと、ホームの「発信のバランス」にめやすが出ます。', 'No sections yet. Add them to see their plan on the home page.')}</p>}
      <div className="table-frame" hidden={sections.length === 0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('課', 'Section')}</th>
              <th scope="col">{t('1週間のめやす（回）', 'Plan a week')}</th>
              {operator && <th scope="col">{t('操作', 'Action')}</th>}
            </tr>
          </thead>
          <tbody>
            {sections.map((each) => (
              <tr key={each.id}>
                <td>{each.name}</td>
                <td>
                  {operator ? (
                    <input
                      className="input"
                      style={{ maxWidth: 110 }}
                      type="number"
                      min={0}
                      max={50}
                      step={0.5}
                      aria-label={t(`${each.name}の1週間のめやす`, `Plan of ${each.name}`)}
                      defaultValue={each.weekly_plan}
                      onBlur={(event) => {
                        const plan = Number(event.target.value);
                        if (plan !== each.weekly_plan) void run(() => call(`/sections/${each.id}`, { method: 'PUT', body: { name: each.name, weekly_plan: plan }, revision: each.revision }));
                      }}
                    />
                  ) : (
                    each.weekly_plan
                  )}
                </td>
                {operator && (
                  <td>
                    <Button small onClick={() => run(() => call(`/sections/${each.id}`, { method: 'DELETE', revision: each.revision }))}>
                      {t('削除', 'Remove')}
                      <span className="visually-hidden">：{each.name}</span>
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {operator && (
        <div className="row filters">
          <Field label={t('課を足す', 'Add a section')}>{(field) => <input {...field} className="input" maxLength={40} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
          <Button
            disabled={name.trim() === ''}
            onClick={() =>
              run(async () => {
                await call('/sections', { method: 'POST', body: { name: name.trim(), weekly_plan: 1 }, idempotencyKey: newKey() });
                setName('');
              })
            }
          >
            {t('足す', 'Add')}
          </Button>
        </div>
      )}
    </section>
  );
}

export default function Accounts() {
  const { t } = useLanguage();
  const { may } = useSession();
  const operator = may('operator');
  const queries = useQueryClient();
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: ({ signal }) => get<{ items: Account[] }>('/accounts', signal) });
  const sections = useQuery({ queryKey: ['sections'], queryFn: ({ signal }) => get<{ items: Section[] }>('/sections', signal) });
  const [open, setOpen] = useState<Account | 'new'>();
  if (accounts.isPending) return <Loading />;
  if (accounts.isError) return <ProblemNotice problem={accounts.error} retry={() => void accounts.refetch()} />;
  return (
    <>
      <PageHead
        title={t('アカウント', 'Accounts')}
        actions={
          operator && (
            <Button kind="primary" onClick={() => setOpen('new')}>
              {t('アカウントを作る', 'New account')}
            </Button>
          )
        }
      />
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('名前', 'Name')}</th>
              <th scope="col">{t('課', 'Section')}</th>
              <th scope="col">{t('役割', 'Roles')}</th>
              <th scope="col">{t('状態', 'State')}</th>
              {operator && <th scope="col">{t('操作', 'Action')}</th>}
            </tr>
          </thead>
          <tbody>
            {accounts.data.items.map((account) => (
              <tr key={account.name}>
                <td>{account.name}</td>
                <td>{account.section}</td>
                <td>{account.roles.map((role) => roleWord(role, t)).join(t('、', ', '))}</td>
                <td>
                  {account.disabled ? <Badge tone="bad">{t('使用停止', 'Disabled')}</Badge> : account.second_factor ? <Badge tone="good">{t('確認コードあり', 'Second factor')}</Badge> : <Badge tone="warn">{t('確認コードなし', 'No second factor')}</Badge>}
                </td>
                {operator && (
                  <td>
                    <Button small onClick={() => setOpen(account)}>
                      {t('変更', 'Change')}
                      <span className="visually-hidden">：{account.name}</span>
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Sections sections={sections.data?.items ?? []} operator={operator} refresh={() => queries.invalidateQueries({ queryKey: ['sections'] })} />
      <ApiKeys operator={operator} />
      {open && (
        <AccountDialog
          account={open === 'new' ? undefined : open}
          sections={sections.data?.items ?? []}
          onDone={(changed) => {
            setOpen(undefined);
            if (changed) void queries.invalidateQueries({ queryKey: ['accounts'] });
          }}
        />
      )}
    </>
  );
}
