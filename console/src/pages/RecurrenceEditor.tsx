// A rule that repeats: by day, week or month, at one time of day, with what happens on holidays and an end.
import { useT } from '../i18n';
import { weekdays, type Rule } from '../lib/schedule';
import { Check, Field } from '../ui';

const day = (offset: number) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Tokyo' }).format(new Date(Date.now() + offset * 86_400_000));
const first: Rule = { repeat: 'monthly', days: [1, 15], time: '18:00', until: '' };

function readDays(text: string): (number | 'last')[] {
  const days = new Set<number | 'last'>();
  for (const part of text.normalize('NFKC').split(/[^0-9末]+/)) {
    if (part === '末') days.add('last');
    else if (part !== '' && Number(part) >= 1 && Number(part) <= 31) days.add(Number(part));
  }
  return [...days];
}

export default function RecurrenceEditor({ value, onChange }: { value: unknown; onChange: (rule: unknown) => void }) {
  const t = useT();
  const rule: Rule = value && typeof value === 'object' ? (value as Rule) : { ...first, until: day(180) };
  const change = (part: Partial<Rule>) => {
    const next = { ...rule, ...part };
    onChange(Object.fromEntries(Object.entries(next).filter(([, each]) => each !== undefined)));
  };
  const shape = rule.repeat === 'monthly' ? (rule.nth ? 'nth' : 'days') : rule.repeat;
  const reshape = (next: string) => {
    const base = { time: rule.time, until: rule.until, holidays: rule.holidays };
    const made: Rule =
      next === 'daily' ? { ...base, repeat: 'daily' } : next === 'weekly' ? { ...base, repeat: 'weekly', weekdays: ['mon'] } : next === 'nth' ? { ...base, repeat: 'monthly', nth: [1], weekdays: ['mon'] } : { ...base, repeat: 'monthly', days: [1, 15] };
    onChange(Object.fromEntries(Object.entries(made).filter(([, each]) => each !== undefined)));
  };
  const toggle = <T,>(list: T[] | undefined, item: T, on: boolean): T[] => (on ? [...(list ?? []), item] : (list ?? []).filter((each) => each !== item));
  return (
    <div className="stack">
      <div className="grid-2">
        <Field label={t('くり返し方', 'Repeats')}>
          {(field) => (
            <select {...field} className="input" value={shape} onChange={(event) => reshape(event.target.value)}>
              <option value="days">{t('毎月の決まった日', 'Days of the month')}</option>
              <option value="nth">{t('毎月の第何曜日', 'Weekdays of the month')}</option>
              <option value="weekly">{t('毎週', 'Weekly')}</option>
              <option value="daily">{t('毎日', 'Daily')}</option>
            </select>
          )}
        </Field>
        <Field label={t('時刻', 'Time')} required>
          {(field) => <input {...field} className="input" type="time" value={rule.time} onChange={(event) => change({ time: event.target.value })} />}
        </Field>
      </div>
      {shape === 'days' && (
        <Field label={t('日（例：1、15、末）', 'Days (such as 1, 15, 末 for the last)')} required>
          {(field) => <input {...field} className="input" defaultValue={(rule.days ?? []).map((each) => (each === 'last' ? '末' : each)).join('、')} onBlur={(event) => change({ days: readDays(event.target.value) })} />}
        </Field>
      )}
      {shape === 'nth' && (
        <fieldset className="field">
          <legend>{t('第何週', 'Which')}</legend>
          <div className="row">
            {([1, 2, 3, 4, 'last'] as const).map((each) => (
              <Check key={each} label={each === 'last' ? t('最後', 'Last') : t(`第${each}`, `${each}.`)} checked={(rule.nth ?? []).includes(each)} onChange={(on) => change({ nth: toggle(rule.nth, each, on) })} />
            ))}
          </div>
        </fieldset>
      )}
      {(shape === 'weekly' || shape === 'nth') && (
        <fieldset className="field">
          <legend>{t('曜日', 'Weekdays')}</legend>
          <div className="row">
            {Object.entries(weekdays).map(([id, word]) => (
              <Check key={id} label={t(...word)} checked={(rule.weekdays ?? []).includes(id)} onChange={(on) => change({ weekdays: toggle(rule.weekdays, id, on) })} />
            ))}
          </div>
        </fieldset>
      )}
      <div className="grid-2">
        <Field label={t('祝日にあたるとき', 'On holidays')}>
          {(field) => (
            <select {...field} className="input" value={rule.holidays ?? 'send'} onChange={(event) => change({ holidays: event.target.value === 'send' ? undefined : (event.target.value as Rule['holidays']) })}>
              <option value="send">{t('そのまま送る', 'Send')}</option>
              <option value="skip">{t('送らない', 'Skip')}</option>
              <option value="before">{t('前の日に送る', 'The day before')}</option>
              <option value="after">{t('次の日に送る', 'The day after')}</option>
            </select>
          )}
        </Field>
        <Field label={t('いつまで（1年以内）', 'Until (within a year)')} required>
          {(field) => <input {...field} className="input" type="date" min={day(1)} max={day(365)} value={rule.until} onChange={(event) => change({ until: event.target.value })} />}
        </Field>
      </div>
      <p className="hint">{t('承認は最初の1回です。そのあとは毎回、対象の人数がその時点で決まります。', 'Approved once; each time the audience is fixed anew.')}</p>
    </div>
  );
}
