// Before anything else: a password of one's own, and the second factor where the city asks for it.
import { useSession } from '../api/session';
import { useT } from '../i18n';
import { Button } from '../ui';
import { PasswordForm, SecondFactor } from './Me';
import './signin.css';

export default function FirstSteps() {
  const t = useT();
  const { me, signOut } = useSession();
  return (
    <main className="signin">
      <div className="stack" style={{ width: 'min(560px, 100%)' }}>
        <h1>{t(`${me?.name} さん、はじめに設定してください`, `Welcome, ${me?.name}`)}</h1>
        {me?.must_change_password ? <PasswordForm /> : <SecondFactor />}
        <Button kind="quiet" onClick={signOut}>
          {t('ログアウト', 'Sign out')}
        </Button>
      </div>
    </main>
  );
}
