// Signing in: name and password, then the code of the second factor where it is on. Over an open page it only renews the session.
import { useState, type FormEvent } from 'react';
import { post } from '../api/client';
import { useSession } from '../api/session';
import { useT } from '../i18n';
import { Button, Dialog, Field, LanguageSwitch, ProblemNotice } from '../ui';
import './signin.css';

interface LoginAnswer {
  second_factor_required: boolean;
}

function SignInForm({ name: fixedName }: { name?: string }) {
  const t = useT();
  const { refresh } = useSession();
  const [name, setName] = useState(fixedName ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      if (asksCode) {
        await post('/session/second-factor', { code });
        await refresh();
      } else {
        const answer = await post<LoginAnswer>('/session/login', { name, password });
        if (answer.second_factor_required) setAsksCode(true);
        else await refresh();
      }
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <ProblemNotice problem={problem} />
      {!asksCode && (
        <>
          <Field label={t('アカウント名', 'Account name')}>
            {(attributes) => <input {...attributes} className="input" autoComplete="username" autoCapitalize="none" spellCheck={false} value={name} readOnly={Boolean(fixedName)} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label={t('パスワード', 'Password')}>
            {(attributes) => <input {...attributes} className="input" type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
          </Field>
        </>
      )}
      {asksCode && (
        <Field label={t('確認コード（6けた）', 'Verification code (6 digits)')} hint={t('スマートフォンの認証アプリに出ている数字です。回復用コードも使えます。', 'From your authenticator app; a recovery code works too.')}>
          {(attributes) => <input {...attributes} className="input" inputMode="numeric" autoComplete="one-time-code" autoFocus value={code} onChange={(event) => setCode(event.target.value)} />}
        </Field>
      )}
      <Button submit kind="primary" disabled={busy || (asksCode ? code === '' : name === '' || password === '')}>
        {t('ログイン', 'Sign in')}
      </Button>
    </form>
  );
}

export function SignIn({ over }: { over?: boolean }) {
  const t = useT();
  const { me } = useSession();
  if (over) {
    return (
      <Dialog open title={t('もう一度ログインしてください', 'Please sign in again')} onClose={() => undefined} actions={null}>
        <p>{t('時間がたったためログアウトしました。書いていた内容はこの画面に残っています。', 'Your session ended. What you were writing is still here.')}</p>
        <SignInForm name={me?.name} />
      </Dialog>
    );
  }
  return (
    <main className="signin">
      <div className="card signin-card stack">
        <div className="row">
          <img src="/icon.svg" alt="" width={44} height={44} />
          <div>
            <h1>{t('回覧', 'Kairan')}</h1>
            <p className="weak small">{t('情報配信の管理画面', 'Notices and answers')}</p>
          </div>
        </div>
        <SignInForm />
        <div>
          <LanguageSwitch />
        </div>
        <p className="small weak">{t('パスワードを忘れたときは、運用担当に連絡してください。', 'Forgot your password? Ask your operator.')}</p>
      </div>
    </main>
  );
}
