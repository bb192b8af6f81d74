// Times on screens are Japan Standard Time with weekday, years of the common era; on the wire they are UTC (ISO 8601).

const zone = 'Asia/Tokyo';
const dateTime = new Intl.DateTimeFormat('ja-JP', {
  timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});
const dateOnly = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' });
const clock = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const english = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

const englishDate = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' });

export type Instant = string | number | Date | null | undefined;

function instant(value: Instant): Date | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const date = value instanceof Date ? value : new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** 2026/11/25(水) 18:00 */
export function formatDateTime(value: Instant, language = 'ja'): string {
  const date = instant(value);
  if (!date) return '—';
  return language === 'en' ? `${english.format(date)} JST` : dateTime.format(date);
}
export function formatDate(value: Instant, language = 'ja'): string {
  const date = instant(value);
  if (!date) return '—';
  return (language === 'en' ? englishDate : dateOnly).format(date);
}
export function formatClock(value: Instant): string {
  const date = instant(value);
  return date ? clock.format(date) : '—';
}

/** Value of <input type="datetime-local"> for an instant, in Japan. */
export function toLocalInput(value: Instant): string {
  const date = instant(value);
  if (!date) return '';
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    }).formatToParts(date).map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}
/** The instant of a datetime-local value that is meant in Japan, as ISO 8601 UTC; "" when it is none. */
export function fromLocalInput(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return '';
  const date = new Date(`${text}:00+09:00`);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

const number = new Intl.NumberFormat('ja-JP');
export function formatNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : number.format(value);
}

/** Numbers in a sentence of the server as the other numbers on the screen: 「12,000人」. */
export function groupNumbers(sentence: string): string {
  return sentence.replace(/\d{4,}(?=[人通件]| friends)/g, (digits) => number.format(Number(digits)));
}

/** 「3分」「1時間20分」, "3 min", "1 h 20 min" */
export function formatSeconds(seconds: number, language = 'ja'): string {
  if (language === 'en') {
    if (seconds < 1) return 'less than a second';
    if (seconds < 60) return `${Math.round(seconds)} s`;
    const all = Math.round(seconds / 60);
    return all < 60 ? `${all} min` : `${Math.floor(all / 60)} h${all % 60 === 0 ? '' : ` ${all % 60} min`}`;
  }
  if (seconds < 1) return '1秒未満';
  if (seconds < 60) return `${Math.round(seconds)}秒`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}分`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}時間` : `${Math.floor(minutes / 60)}時間${minutes % 60}分`;
}
