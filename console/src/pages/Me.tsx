// One's own password, second factor and sessions.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { call, get, post, Problem } from '../api/client';
import { useSession } from '../api/session';
import { useLanguage } from '../i18n';
import { deviceName } from '../lib/text';
import { formatDateTime } from '../lib/time';
import { Badge, Button, Field, Notice, PageHead, ProblemNotice } from '../ui';

interface SessionEntry {
  id: string;
  current: boolean;
  last_seen: string;
  source: string;
  agent: string;
}

export function PasswordForm() {
  const { t } = useLanguage();
  const { refresh } = useSession();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const error = (field: string) => (problem instanceof Problem ? problem.fieldError(field) : undefined);
  const save = async () => {
    setProblem(undefined);
    try {
      await call('/session/password', { method: 'POST', body: { current, password } });
      setDone(true);
      setCurrent('');
      setPassword('');
      setAgain('');
      await refresh();
    } catch (failed) {
      setProblem(failed);
    }
  };
  return (
    <section className="card stack">
      <h2>{t('パスワード', 'Password')}</h2>
      <ProblemNotice problem={problem} />
      {done && <Notice tone="good" title={t('変更しました', 'Changed')} />}
      <Field label={t('いまのパスワード', 'Current password')} error={error('current')}>{(field) => <input {...field} className="input" type="password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />}</Field>
      <Field label={t('新しいパスワード', 'New password')} hint={t('12文字以上。長い文のほうが覚えやすく安全です。', '12 characters or more; a sentence is easy and safe.')} error={error('password')}>
        {(field) => <input {...field} className="input" type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Field label={t('新しいパスワード（もう一度）', 'Once more')} error={again !== '' && again !== password ? t('2つのパスワードがちがいます。', 'They differ.') : undefined}>
        {(field) => <input {...field} className="input" type="password" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} />}
      </Field>
      <div>
        <Button kind="primary" disabled={current === '' || password === '' || again !== password} onClick={save}>
          {t('変更する', 'Change')}
        </Button>
      </div>
    </section>
  );
}

export function SecondFactor() {
  const { t } = useLanguage();
  const { me, refresh } = useSession();
  const [offer, setOffer] = useState<{ uri: string; secret: string }>();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState<string[]>();
  const [problem, setProblem] = useState<unknown>();
  const begin = async () => {
    setProblem(undefined);
    try {
      setOffer(await post('/session/second-factor/offer'));
    } catch (error) {
      setProblem(error);
    }
  };
  const confirm = async () => {
    setProblem(undefined);
    try {
      const answer = await post<{ recovery_codes: string[] }>('/session/second-factor/confirm', { code: code.trim() });
      setRecovery(answer.recovery_codes);
      setOffer(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <section className="card stack">
      <h2>{t('確認コード（二段階認証）', 'Second factor')}</h2>
      <ProblemNotice problem={problem} />
      {recovery ? (
        <Notice tone="warn" title={t('回復用コードを控えてください。一度だけ表示されます', 'Keep these recovery codes: shown once')}>
          <pre>{recovery.join('\n')}</pre>
          <Button
            onClick={async () => {
              setRecovery(undefined);
              await refresh();
            }}
          >
            {t('控えました', 'I kept them')}
          </Button>
        </Notice>
      ) : me?.second_factor ? (
        <p>
          <Badge tone="good">{t('使っています', 'On')}</Badge>
        </p>
      ) : offer ? (
        <>
          <p>{t('スマートフォンの認証アプリに、次のキーを登録してください。', 'Enter this key into your authenticator app.')}</p>
          <p>
            <code className="secret">{offer.secret.replace(/(.{4})/g, '$1 ')}</code>
          </p>
          <p className="small">
            <a href={offer.uri}>{t('この端末の認証アプリで開く', 'Open in the authenticator on this device')}</a>
          </p>
          <Field label={t('アプリに出た6けたの数字', 'The 6 digits it shows')}>{(field) => <input {...field} className="input" style={{ maxWidth: 220 }} inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />}</Field>
          <div>
            <Button kind="primary" disabled={code.trim() === ''} onClick={confirm}>
              {t('登録する', 'Turn on')}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p>{t('パスワードが知られても、確認コードがなければログインできません。', 'A stolen password alone opens nothing.')}</p>
          <div>
            <Button onClick={begin}>{t('使い始める', 'Set up')}</Button>
          </div>
        </>
      )}
    </section>
  );
}

export default function Me() {
  const { t, language } = useLanguage();
  const { me } = useSession();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => get<{ items: SessionEntry[] }>('/session/sessions', signal) });
  const [problem, setProblem] = useState<unknown>();
  return (
    <>
      <PageHead title={t('自分の設定', 'My settings')} lead={`${me?.name}　${me?.section}`} />
      <div className="grid-2">
        <PasswordForm />
        <SecondFactor />
      </div>
      <section className="card stack">
        <h2>{t('ログイン中の端末', 'Signed in on')}</h2>
        <ProblemNotice problem={problem ?? sessions.error} />
        <ul className="home-list">
          {sessions.data?.items.map((each) => (
            <li key={each.id} className="row-between">
              <span title={each.agent}>
                {deviceName(each.agent) || t('不明な端末', 'unknown')}　<span className="weak small">{each.source}　{formatDateTime(each.last_seen, language)}</span>
              </span>
              {each.current ? (
                <Badge tone="good">{t('この端末', 'This one')}</Badge>
              ) : (
                <Button small onClick={() => call(`/session/sessions/${each.id}`, { method: 'DELETE' }).then(() => sessions.refetch()).catch(setProblem)}>
                  {t('ログアウトさせる', 'End')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
