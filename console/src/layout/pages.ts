// Every page of the menu and who may open it. It is what the menu shows and what a typed address is held to; the API refuses by
// itself whatever is asked of it, so this only spares people pages that could show them nothing.
import type { Role } from '../api/session';

export interface Page {
  to: string;
  ja: string;
  en: string;
  roles?: Role[]; // none: everyone
  className?: string;
  count?: 'todo' | 'alerts';
}

/** Who writes notices; an approver may correct them as well. */
export const writers: Role[] = ['author', 'emergency_officer'];
export const correctors: Role[] = ['author', 'approver', 'emergency_officer'];

export const pages: Page[] = [
  { to: '/', ja: 'ホーム', en: 'Home', count: 'todo' },
  { to: '/emergency', ja: '緊急配信', en: 'Emergency', roles: ['emergency_officer', 'approver', 'operator', 'auditor'], className: 'emergency', count: 'alerts' },
  { to: '/alert-rules', ja: '警報の規則', en: 'Rules of warnings', roles: ['emergency_officer', 'approver', 'content_editor', 'operator', 'auditor'] },
  { to: '/compose', ja: '配信を作る', en: 'New notice', roles: writers },
  { to: '/broadcasts', ja: '配信の一覧', en: 'Notices' },
  { to: '/calendar', ja: '予約カレンダー', en: 'Calendar' },
  { to: '/results', ja: '結果と記録', en: 'Results' },
  { to: '/content', ja: '自動応答の内容', en: 'Answers', roles: ['content_editor', 'operator', 'auditor'] },
  { to: '/residents', ja: '登録者の数', en: 'Residents' },
  { to: '/audit', ja: '操作の記録', en: 'Audit log', roles: ['auditor', 'operator'] },
  { to: '/accounts', ja: 'アカウント', en: 'Accounts', roles: ['operator', 'auditor'] },
];

const roleWords: Record<Role, [string, string]> = {
  author: ['作成者', 'Author'],
  approver: ['承認者', 'Approver'],
  emergency_officer: ['緊急配信担当', 'Emergency officer'],
  content_editor: ['自動応答の編集者', 'Content editor'],
  operator: ['運用担当', 'Operator'],
  auditor: ['監査（見るだけ）', 'Auditor (read only)'],
};
export const allRoles = Object.keys(roleWords) as Role[];
export function roleWord(role: Role, t: (ja: string, en: string) => string): string {
  const word = roleWords[role];
  return word ? t(...word) : role;
}

/** Roles that may open this address; undefined: everyone. */
export function rolesOf(path: string): Role[] | undefined {
  if (path.endsWith('/correct')) return correctors;
  return pages.find((page) => page.to !== '/' && (path === page.to || path.startsWith(`${page.to}/`)))?.roles;
}
