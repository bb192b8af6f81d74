// A notice's schedule in words: a time, a rule that repeats, or when somebody orders it.
import { formatDate, formatDateTime } from './time';

type Words = (ja: string, en: string) => string;
export interface Rule {
  repeat: 'daily' | 'weekly' | 'monthly';
  time: string;
  until: string;
  weekdays?: string[];
  every?: number;
  from?: string;
  days?: (number | 'last')[];
  nth?: (number | 'last')[];
  holidays?: 'send' | 'skip' | 'before' | 'after';
  except?: string[];
}

/** In the order of the week. */
export const weekdays: Record<string, [string, string]> = {
  mon: ['月', 'Mon'], tue: ['火', 'Tue'], wed: ['水', 'Wed'], thu: ['木', 'Thu'], fri: ['金', 'Fri'], sat: ['土', 'Sat'], sun: ['日', 'Sun'],
};
const holidays: Record<string, [string, string]> = {
  skip: ['祝日は送らない', 'not on holidays'], before: ['祝日のときは前の日', 'the day before a holiday'], after: ['祝日のときは次の日', 'the day after a holiday'],
};

function days(rule: Rule, t: Words): string {
  const named = (rule.weekdays ?? []).map((each) => t(...(weekdays[each] ?? [each, each]))).join(t('・', ', '));
  const every = rule.every ?? 1;
  if (rule.repeat === 'daily') return every > 1 ? t(`${every}日ごと`, `every ${every} days`) : t('毎日', 'every day');
  if (rule.repeat === 'weekly') return every > 1 ? t(`${every}週ごとの${named}曜日`, `every ${every} weeks on ${named}`) : t(`毎週${named}曜日`, `every week on ${named}`);
  if (rule.nth) return t(`毎月${rule.nth.map((each) => (each === 'last' ? '最後の' : `第${each}`)).join('・')}${named}曜日`, `each month: ${rule.nth.join(', ')} ${named}`);
  return t(`毎月${(rule.days ?? []).map((each) => (each === 'last' ? '末日' : `${each}日`)).join('・')}`, `each month on ${(rule.days ?? []).join(', ')}`);
}

/** 「毎月1日・15日 18:00、2027/6/14(月)まで」 */
export function scheduleWords(schedule: unknown, t: Words, language: string): string {
  if (typeof schedule === 'string' && schedule !== 'now') return formatDateTime(schedule, language);
  if (!schedule || typeof schedule !== 'object') return t('承認のあと、指示があったとき', 'When it is ordered');
  const rule = schedule as Rule;
  const except = rule.holidays && holidays[rule.holidays] ? t(`（${holidays[rule.holidays]?.[0]}）`, ` (${holidays[rule.holidays]?.[1]})`) : '';
  const end = rule.until ? t(`、${formatDate(`${rule.until}T00:00:00+09:00`, language)}まで`, `, until ${formatDate(`${rule.until}T00:00:00+09:00`, language)}`) : '';
  return `${days(rule, t)} ${rule.time}${except}${end}`;
}
