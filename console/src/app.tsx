// The pages and their addresses. Each page is a chunk of its own, loaded when it is first opened.
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { useSession } from './api/session';
import { Shell } from './layout/Shell';
import { SignIn } from './pages/SignIn';
import { Loading, ProblemNotice } from './ui';

const Home = lazy(() => import('./pages/Home'));

export function App() {
  const { me, loading, problem, expired, refresh } = useSession();
  if (loading) return <Loading />;
  if (problem && !me) return <ProblemNotice problem={problem} retry={() => void refresh()} />;
  if (!me) return <SignIn />;
  return (
    <>
      <Shell>
        <Suspense fallback={<Loading />}>
          <Routes>
            <Route path="/" element={<Home />} />
            <Route path="*" element={<Navigate to="/" replace />} />
          </Routes>
        </Suspense>
      </Shell>
      {expired && <SignIn over />}
    </>
  );
}
