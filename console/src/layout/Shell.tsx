// The frame of every page: where one is, what else there is, who is signed in, and what is wrong with the connection.
import { useEffect, useState, type ReactNode } from 'react';
import { NavLink, useLocation } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { poll, Problem } from '../api/client';
import { useSession } from '../api/session';
import type { HomeAnswer } from '../api/types';
import { useT } from '../i18n';
import { LanguageSwitch } from '../ui';
import { pages } from './pages';
import './shell.css';

export function Shell({ children }: { children: ReactNode }) {
  const { me, may, signOut } = useSession();
  const t = useT();
  const [open, setOpen] = useState(false);
  const place = useLocation();
  useEffect(() => setOpen(false), [place.pathname]);
  const home = useQuery({ queryKey: ['home'], queryFn: ({ signal }) => poll<HomeAnswer>('/home', signal), retry: false, refetchInterval: (query) => (query.state.status === 'error' ? 3000 : 15_000) });
  const needs = home.data?.needs_me ?? [];
  const counts = { todo: needs.length, alerts: needs.filter((each) => each.why === 'alert').length };
  const trouble = home.error instanceof Problem && home.error.passing ? home.error : undefined;
  const readOnly = trouble ? trouble.code === 'store_unavailable' : home.data?.health.parts.find((part) => part.name === 'redis')?.state === 'failed';
  const away = trouble && !readOnly;
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t('本文へ移動', 'Skip to content')}
      </a>
      <header className={open ? 'shell-side shell-open' : 'shell-side'}>
        <NavLink to="/" className="shell-brand">
          <img src="/icon.svg" alt="" />
          <span>
            {t('回覧', 'Kairan')}
            <small>{me?.city.name}</small>
          </span>
        </NavLink>
        <button type="button" className="button button-small shell-menu" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('メニュー', 'Menu')}
        </button>
        <nav aria-label={t('主なメニュー', 'Main menu')}>
          <ul className="shell-nav">
            {pages
              .filter((entry) => !entry.roles || may(...entry.roles))
              .map((entry) => (
                <li key={entry.to}>
                  <NavLink to={entry.to} end={entry.to === '/'} className={entry.className}>
                    <span>{t(entry.ja, entry.en)}</span>
                    {entry.count && counts[entry.count] > 0 && (
                      <span className="shell-count">
                        {counts[entry.count]}
                        <span className="visually-hidden">{t('件', ' items')}</span>
                      </span>
                    )}
                  </NavLink>
                </li>
              ))}
          </ul>
        </nav>
        <div className="shell-foot">
          <div>
            <strong>{me?.name}</strong>
            <div className="weak small">{me?.section}</div>
          </div>
          <NavLink to="/me">{t('自分の設定', 'My settings')}</NavLink>
          <div className="row">
            <LanguageSwitch />
            <button type="button" className="button button-quiet button-small" onClick={() => void signOut()}>
              {t('ログアウト', 'Sign out')}
            </button>
          </div>
        </div>
      </header>
      <div>
        {away && (
          <div className="shell-banner" role="alert">
            {t('サーバーにつながりません。つながるのを待っています。入力した内容はこの画面に残っています。', 'The server does not answer. Waiting for it; what you typed stays here.')}
          </div>
        )}
        {readOnly && (
          <div className="shell-banner" role="alert">
            {t('データの保管先につながらないため、いまは見ることだけができます。', 'The data store is away: reading only for now.')}
          </div>
        )}
        <main className="shell-main" id="content">
          <div className="shell-content">{children}</div>
        </main>
      </div>
    </div>
  );
}
