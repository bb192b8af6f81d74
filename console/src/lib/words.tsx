// What states, kinds, actions and entries of the audit log are called, and how they look.
import { Badge } from '../ui';
import { useT } from '../i18n';
import type { Role } from '../api/session';
import type { Kind, Priority, State } from '../api/types';
import { allRoles, roleWord } from '../layout/pages';

type Tone = 'info' | 'good' | 'warn' | 'bad' | 'quiet';
const states: Record<State, { ja: string; en: string; tone: Tone }> = {
  draft: { ja: '下書き', en: 'Draft', tone: 'quiet' },
  submitted: { ja: '承認待ち', en: 'Waiting for approval', tone: 'warn' },
  returned: { ja: '差し戻し', en: 'Returned', tone: 'warn' },
  rejected: { ja: '却下', en: 'Rejected', tone: 'quiet' },
  approved: { ja: '承認ずみ', en: 'Approved', tone: 'info' },
  scheduled: { ja: '予約', en: 'Scheduled', tone: 'info' },
  held: { ja: '保留（確認が必要）', en: 'Held: needs a person', tone: 'bad' },
  freezing: { ja: '配信対象を確定中', en: 'Fixing the audience', tone: 'info' },
  sending: { ja: '配信中', en: 'Sending', tone: 'info' },
  paused: { ja: '一時停止', en: 'Paused', tone: 'bad' },
  sent: { ja: '配信ずみ', en: 'Sent', tone: 'good' },
  sent_with_unknown: { ja: '配信ずみ（一部不明）', en: 'Sent, some unknown', tone: 'warn' },
  stopped: { ja: '中止', en: 'Stopped', tone: 'warn' },
  cancelled: { ja: '取りやめ', en: 'Cancelled', tone: 'quiet' },
  expired: { ja: '期限切れ', en: 'Expired', tone: 'bad' },
  failed: { ja: '失敗', en: 'Failed', tone: 'bad' },
};
export const allStates = Object.keys(states) as State[];

export function stateWord(state: State, t: (ja: string, en: string) => string): string {
  const word = states[state];
  return word ? t(word.ja, word.en) : state;
}

export function StateBadge({ state }: { state: State }) {
  const t = useT();
  return <Badge tone={states[state]?.tone ?? 'quiet'}>{stateWord(state, t)}</Badge>;
}

export function KindBadge({ kind, priority }: { kind: Kind; priority?: Priority }) {
  const t = useT();
  if (kind === 'drill') return <Badge tone="drill">{t('訓練', 'Drill')}</Badge>;
  if (kind === 'practice') return <Badge tone="practice">{t('練習', 'Practice')}</Badge>;
  if (priority === 'emergency') return <Badge tone="emergency">{t('緊急', 'Emergency')}</Badge>;
  return null;
}

const actions: Record<string, [string, string]> = {
  create: ['作成', 'Created'], edit: ['編集', 'Edited'], submit: ['提出', 'Submitted'], approve: ['承認', 'Approved'], return: ['差し戻し', 'Returned'],
  reject: ['却下', 'Rejected'], schedule: ['予約', 'Scheduled'], send: ['配信', 'Sent'], send_frame: ['緊急配信', 'Emergency sent'], pause: ['一時停止', 'Paused'],
  resume: ['再開', 'Resumed'], stop: ['中止', 'Stopped'], cancel: ['取りやめ', 'Cancelled'], correct: ['訂正', 'Corrected'], withdraw: ['取消', 'Withdrawn'],
  begin: ['開始', 'Started'], hold: ['保留', 'Held'], frozen: ['配信対象を確定', 'Audience fixed'], halt: ['自動停止', 'Halted'], finish: ['完了', 'Finished'],
  finish_unknown: ['完了（一部不明）', 'Finished, some unknown'], fail: ['失敗', 'Failed'], expire: ['期限切れ', 'Expired'],
};
type Words = (ja: string, en: string) => string;
/** The word for one of a kind; what has none is shown as it is. */
function wordOf(words: Record<string, [string, string]>, id: string, t: Words): string {
  const word = words[id];
  return word ? t(...word) : id;
}
export const actionWord = (action: string, t: Words): string => wordOf(actions, action, t);

const auditParts: Record<string, [string, string]> = {
  broadcast: ['配信', 'Notice'], frame: ['文面', 'Template'], account: ['アカウント', 'Account'], api_key: ['ほかのシステムの鍵', 'Key'], section: ['課', 'Section'],
  content: ['自動応答', 'Answers'], alert: ['警報', 'Warning'], alert_rules: ['警報の規則', 'Rules of warnings'], shelter: ['避難所', 'Shelter'], safety: ['安否確認', 'Safety'], disaster_menu: ['災害時メニュー', 'Disaster menu'], emergency: ['緊急配信', 'Emergency'],
  resident: ['住民', 'Resident'], subscriber: ['住民', 'Resident'],
};
const auditActions: Record<string, [string, string]> = {
  login: ['ログイン', 'Signed in'], 'login.failed': ['ログインの失敗', 'Sign-in failed'], logout: ['ログアウト', 'Signed out'],
  add: ['追加', 'added'], remove: ['削除', 'removed'], save: ['保存', 'saved'], publish: ['公開', 'published'], retire: ['使用終了', 'retired'], propose: ['提案', 'proposed'], restore: ['前の内容に戻す', 'restored'],
  roles: ['役割の変更', 'roles changed'], password: ['パスワードの変更', 'password changed'], disable: ['使用停止', 'disabled'], enable: ['使用再開', 'enabled'],
  second_factor: ['確認コード', 'second factor'], recovery_code: ['回復用コードの使用', 'recovery code used'], sessions_ended: ['ログアウトさせる', 'sessions ended'],
  on: ['開始', 'on'], off: ['終了', 'off'], open: ['開設', 'opened'], full: ['満員', 'full'], closed: ['閉鎖', 'closed'], close: ['閉鎖', 'closed'],
  release: ['送信の判断', 'released'], dismiss: ['送らない判断', 'dismissed'], erase: ['消去', 'erased'],
};
/** 「配信：提出」 of broadcast.submit; what has no word here is shown as it is. */
export function auditWord(action: string, t: Words): string {
  const whole = auditActions[action];
  if (whole) return t(...whole);
  const dot = action.indexOf('.');
  const part = auditParts[action.slice(0, dot)];
  const rest = action.slice(dot + 1);
  const did = actions[rest] ?? auditActions[rest];
  return part && did ? t(`${part[0]}：${did[0]}`, `${part[1]}: ${did[1]}`) : action;
}
/** Roles of 「content_editor 環境下水道課」 by their words. */
export function accountWords(detail: string, t: Words): string {
  return detail.replace(/[a-z_]+/g, (word) => (allRoles.includes(word as Role) ? roleWord(word as Role, t) : word));
}
const failures: Record<string, [string, string]> = {
  password: ['パスワードが違う', 'wrong password'], second_factor: ['確認コードが違う', 'wrong code'], locked: ['続けて失敗したため待たせた', 'made to wait'],
  unknown: ['アカウントがない', 'no such account'], disabled: ['使用停止中', 'disabled'],
};
const targets: Record<string, [string, string]> = { content: ['自動応答の内容', 'answers'], menu: ['防災メニュー', 'disaster menu'], safety: ['安否の報告', 'safety reports'], 'alerts.yaml': ['規則のファイル', 'files of rules'] };
/** What was acted on, in words where it is one of a kind. */
export const targetWord = (target: string, t: Words): string => wordOf(targets, target, t);
/** Why a sign-in failed. */
export const failureWord = (detail: string, t: Words): string => wordOf(failures, detail, t);
/** A fingerprint of 64 signs by its first twelve. */
export function shortHashes(detail: string): string {
  return detail.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}
/** States of 「draft -> submitted」 by their words. */
export function detailWords(detail: string, t: Words): string {
  return detail.replace(/\b([a-z_]+) (?:->|→) ([a-z_]+)\b/, (all, from: State, to: State) => (states[from] && states[to] ? `${stateWord(from, t)} → ${stateWord(to, t)}` : all));
}
