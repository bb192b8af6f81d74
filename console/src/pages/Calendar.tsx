// What is scheduled, day by day; what is too close to something else stands out.
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import FullCalendar from '@fullcalendar/react';
import dayGridPlugin from '@fullcalendar/daygrid';
import jaLocale from '@fullcalendar/core/locales/ja';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { poll, query } from '../api/client';
import type { BroadcastSummary } from '../api/types';
import { useLanguage } from '../i18n';
import { formatDateTime } from '../lib/time';
import { KindBadge, StateBadge } from '../lib/words';
import { Loading, Notice, PageHead, ProblemNotice } from '../ui';
import './calendar.css';

interface CalendarAnswer {
  items: { at: string; broadcast: BroadcastSummary; collides_with: string[] }[];
}

/** What has gone out already can be put off no more. */
const collides = (each: CalendarAnswer['items'][number]) => each.collides_with.length > 0 && new Date(each.at).getTime() > Date.now();
const day = (date: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Tokyo' }).format(date);
// The calendar computes in the browser's zone; it is given wall-clock times of Japan, so that they show as they are meant.
const wallClock = (iso: string) => new Date(new Date(iso).getTime() + 9 * 3_600_000).toISOString().slice(0, 19);

const locales = [jaLocale];
const toolbar = { left: 'prev,next today', center: 'title', right: 'dayGridMonth,dayGridWeek' };
const timeFormat = { hour: '2-digit', minute: '2-digit', hour12: false } as const;

export default function Calendar() {
  const { t, language } = useLanguage();
  const navigate = useNavigate();
  const [range, setRange] = useState(() => ({ from: day(new Date()), to: day(new Date(Date.now() + 40 * 86_400_000)) }));
  const calendar = useQuery({
    queryKey: ['calendar', range],
    queryFn: ({ signal }) => poll<CalendarAnswer>(`/broadcasts/calendar${query(range)}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const items = useMemo(() => calendar.data?.items ?? [], [calendar.data]);
  // The same array as long as nothing changed: the calendar draws anew for every new one.
  const events = useMemo(
    () =>
      items.map((each) => ({
        id: each.broadcast.id,
        title: each.broadcast.title,
        start: wallClock(each.at),
        classNames: [`event-${each.broadcast.kind}`, collides(each) ? 'event-collides' : ''],
      })),
    [items],
  );
  const [now] = useState(() => wallClock(new Date().toISOString()));
  const plugins = useMemo(() => [dayGridPlugin], []);
  const collisions = items.filter(collides);
  return (
    <>
      <PageHead title={t('予約カレンダー', 'Calendar')} lead={t('時刻は日本時間です。', 'Times are Japan Standard Time.')} />
      {calendar.isError && <ProblemNotice problem={calendar.error} retry={() => void calendar.refetch()} />}
      {collisions.length > 0 && (
        <Notice tone="warn" title={t('同じ人に続けて届く予定があります。日時をずらせないか確かめてください', 'The same people would get several at once: could one be moved?')}>
          <ul>
            {collisions.map((each) => (
              <li key={each.broadcast.id + each.at}>
                {formatDateTime(each.at, language)} <Link to={`/broadcasts/${each.broadcast.id}`}>{each.broadcast.title}</Link>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="card calendar">
        <FullCalendar
          plugins={plugins}
          initialView="dayGridMonth"
          headerToolbar={toolbar}
          locales={locales}
          locale={language}
          timeZone="UTC"
          now={now}
          buttonIcons={false}
          buttonText={language === 'en' ? { prev: '‹ Earlier', next: 'Later ›', today: 'Today', month: 'Month', week: 'Week' } : { prev: '‹ 前', next: '次 ›' }}
          height="auto"
          dayMaxEvents={4}
          fixedWeekCount={false}
          eventTimeFormat={timeFormat}
          datesSet={(dates) => {
            const next = { from: dates.startStr.slice(0, 10), to: new Date(dates.end.getTime() - 86_400_000).toISOString().slice(0, 10) };
            setRange((old) => (old.from === next.from && old.to === next.to ? old : next));
          }}
          events={events}
          eventClick={(click) => navigate(`/broadcasts/${click.event.id}`)}
        />
      </div>
      <section className="card">
        <h2>{t('一覧', 'As a list')}</h2>
        {calendar.isPending ? (
          <Loading />
        ) : items.length === 0 ? (
          <p className="weak">{t('この期間に予定はありません。', 'Nothing in this period.')}</p>
        ) : (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col" className="nowrap">{t('日時', 'When')}</th>
                  <th scope="col">{t('件名', 'Title')}</th>
                  <th scope="col">{t('状態', 'State')}</th>
                  <th scope="col">{t('届ける相手', 'Audience')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((each) => (
                  <tr key={each.broadcast.id + each.at}>
                    <td className="moment">{formatDateTime(each.at, language)}</td>
                    <td>
                      <Link to={`/broadcasts/${each.broadcast.id}`}>{each.broadcast.title}</Link> <KindBadge kind={each.broadcast.kind} priority={each.broadcast.priority} />
                    </td>
                    <td>
                      <StateBadge state={each.broadcast.state} />
                    </td>
                    <td>{each.broadcast.segment_sentence}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}
