// The pages and their addresses. Each page is a chunk of its own, loaded when it is first opened.
import { Component, lazy, Suspense, type ReactNode } from 'react';
import { Link, Navigate, Route, Routes, useLocation } from 'react-router-dom';
import { useSession, type Role } from './api/session';
import { useT } from './i18n';
import { roleWord, rolesOf } from './layout/pages';
import { Shell } from './layout/Shell';
import { SignIn } from './pages/SignIn';
import { Loading, Notice, PageHead, ProblemNotice } from './ui';

const Accounts = lazy(() => import('./pages/Accounts'));
const AlertRules = lazy(() => import('./pages/AlertRules'));
const Audit = lazy(() => import('./pages/Audit'));
const BroadcastPage = lazy(() => import('./pages/BroadcastPage'));
const Broadcasts = lazy(() => import('./pages/Broadcasts'));
const Calendar = lazy(() => import('./pages/Calendar'));
const Compose = lazy(() => import('./pages/Compose'));
const Content = lazy(() => import('./pages/Content'));
const CorrectPage = lazy(() => import('./pages/CorrectPage'));
const Emergency = lazy(() => import('./pages/Emergency'));
const Home = lazy(() => import('./pages/Home'));
const Me = lazy(() => import('./pages/Me'));
const Residents = lazy(() => import('./pages/Residents'));
const Results = lazy(() => import('./pages/Results'));
const FirstSteps = lazy(() => import('./pages/FirstSteps'));

function Broken() {
  const t = useT();
  return (
    <Notice tone="bad" title={t('画面を表示できませんでした', 'This page could not be shown')}>
      <p>{t('画面を読み込み直してください。配信には影響ありません。', 'Please reload. Nothing that is being sent is affected.')}</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t('読み込み直す', 'Reload')}
      </button>
    </Notice>
  );
}

/** A defect of one page does not take the others with it. */
class Boundary extends Component<{ children: ReactNode; place: string }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.broken) this.setState({ broken: false });
  }
  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function NotFound() {
  const t = useT();
  return <PageHead title={t('ページが見つかりません', 'No such page')} lead={t('左のメニューから選んでください。', 'Choose from the menu.')} />;
}

/** A typed or remembered address of a page that this person's roles do not open. */
function NotYours({ roles }: { roles: Role[] }) {
  const t = useT();
  const words = roles.map((role) => roleWord(role, t)).join(t('、', ', '));
  return (
    <>
      <PageHead title={t('この画面は開けません', 'This page is not open to you')} />
      <Notice tone="warn" title={t('あなたの役割では、この画面を使えません', 'Your roles do not open this page')}>
        <p>{t(`使えるのは、${words}です。必要なときは運用担当に役割を頼んでください。`, `It is open to: ${words}. Ask the operator for a role if you need it.`)}</p>
        <Link to="/">{t('ホームへ', 'Home')}</Link>
      </Notice>
    </>
  );
}

export function App() {
  const { me, may, loading, problem, expired, refresh } = useSession();
  const place = useLocation();
  if (loading) return <Loading />;
  if (problem && !me) return <ProblemNotice problem={problem} retry={() => void refresh()} />;
  if (!me) return <SignIn />;
  if (me.must_change_password || me.must_set_second_factor) {
    return (
      <Suspense fallback={<Loading />}>
        <FirstSteps />
      </Suspense>
    );
  }
  const roles = rolesOf(place.pathname);
  const refused = roles && !may(...roles) ? roles : undefined;
  return (
    <>
      <Shell>
        <Boundary place={place.pathname}>
          <Suspense fallback={<Loading />}>
            {refused ? (
              <NotYours roles={refused} />
            ) : (
              <Routes>
                <Route path="/" element={<Home />} />
                <Route path="/emergency" element={<Emergency />} />
                <Route path="/alert-rules" element={<AlertRules />} />
                <Route path="/compose/:id?" element={<Compose />} />
                <Route path="/broadcasts" element={<Broadcasts />} />
                <Route path="/broadcasts/:id" element={<BroadcastPage />} />
                <Route path="/broadcasts/:id/correct" element={<CorrectPage />} />
                <Route path="/calendar" element={<Calendar />} />
                <Route path="/results" element={<Results />} />
                <Route path="/content/*" element={<Content />} />
                <Route path="/residents" element={<Residents />} />
                <Route path="/audit" element={<Audit />} />
                <Route path="/accounts" element={<Accounts />} />
                <Route path="/me" element={<Me />} />
                <Route path="/index.html" element={<Navigate to="/" replace />} />
                <Route path="*" element={<NotFound />} />
              </Routes>
            )}
          </Suspense>
        </Boundary>
      </Shell>
      {expired && <SignIn over />}
    </>
  );
}
