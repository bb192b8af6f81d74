// Shelters and the safety check on the desk.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { call, poll } from '../api/client';
import type { Count } from '../api/types';
import { useLanguage } from '../i18n';
import { formatDateTime, formatNumber } from '../lib/time';
import { Badge, Button, Loading, ProblemNotice } from '../ui';

interface Shelter {
  id: string;
  name: string;
  district: string;
  district_name: string;
  address: string;
  capacity: number;
  hazards: string[];
  state: 'closed' | 'open' | 'full';
  note: string;
  changed?: string | null;
  changed_by?: string;
}

export function useShelters() {
  return useQuery({ queryKey: ['shelters'], queryFn: ({ signal }) => poll<{ items: Shelter[] }>('/shelters', signal), refetchInterval: 15_000 });
}

export function Shelters({ officer }: { officer: boolean }) {
  const { t, language } = useLanguage();
  const shelters = useShelters();
  const [problem, setProblem] = useState<unknown>();
  const words = { open: t('開設', 'Open'), full: t('満員', 'Full'), closed: t('閉鎖', 'Closed') };
  const set = async (id: string, state: Shelter['state']) => {
    try {
      await call(`/shelters/${encodeURIComponent(id)}`, { method: 'PUT', body: { state } });
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
    await shelters.refetch();
  };
  const items = shelters.data?.items ?? [];
  const sized = items.some((each) => each.capacity > 0);
  return (
    <section className="card stack">
      <h2>{t('避難所', 'Shelters')}</h2>
      <p className="weak">{t(`開設中 ${items.filter((each) => each.state !== 'closed').length} / ${items.length} か所。${officer ? 'ここで変えると、住民の「避難所」への答えがすぐに変わります。' : ''}`, `${items.filter((each) => each.state !== 'closed').length} of ${items.length} open.${officer ? ' Answers to residents change at once.' : ''}`)}</p>
      <ProblemNotice problem={problem} />
      {shelters.isPending ? (
        <Loading />
      ) : (
        <div className="table-frame shelters" tabIndex={0} role="region" aria-label={t('避難所', 'Shelters')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('名前', 'Name')}</th>
                <th scope="col">{t('地区', 'District')}</th>
                {sized && (
                  <th scope="col" className="number">
                    {t('定員', 'Capacity')}
                  </th>
                )}
                <th scope="col">{t('状態', 'State')}</th>
                {officer && <th scope="col">{t('変更', 'Change')}</th>}
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.id}>
                  <td>
                    {each.name}
                    {each.changed && <div className="small weak">{formatDateTime(each.changed, language)}</div>}
                  </td>
                  <td>{each.district_name || '—'}</td>
                  {sized && <td className="number">{each.capacity > 0 ? formatNumber(each.capacity) : '—'}</td>}
                  <td>
                    <Badge tone={each.state === 'open' ? 'good' : each.state === 'full' ? 'warn' : 'quiet'}>{words[each.state]}</Badge>
                  </td>
                  {officer && (
                    <td>
                      <div className="row" style={{ gap: 6 }}>
                        {(['open', 'full', 'closed'] as const)
                          .filter((state) => state !== each.state)
                          .map((state) => (
                            <Button key={state} small onClick={() => set(each.id, state)}>
                              {words[state]}
                              <span className="visually-hidden">：{each.name}</span>
                            </Button>
                          ))}
                      </div>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface SafetyAnswer {
  on: boolean;
  since?: string | null;
  districts: { id: string; name: string; safe: Count; need_help: Count }[];
}

export function Safety() {
  const { t, language } = useLanguage();
  const safety = useQuery({ queryKey: ['safety'], queryFn: ({ signal }) => poll<SafetyAnswer>('/safety', signal), refetchInterval: 10_000, retry: false });
  if (!safety.data) return null;
  return (
    <section className="card stack">
      <h2>{t('安否の報告', 'Safety check')}</h2>
      <p>{safety.data.on ? t(`受け付けています${safety.data.since ? `（${formatDateTime(safety.data.since, language)}から）` : '。'}`, 'Reports are taken.') : t('いまは受け付けていません。防災メニューに切り替えると始まります。', 'Not taken now; the disaster menu starts it.')}</p>
      {safety.data.on && safety.data.districts.length === 0 && <p className="weak">{t('まだ報告はありません。', 'No reports yet.')}</p>}
      {safety.data.districts.length > 0 && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('地区', 'District')}</th>
                <th scope="col" className="number">
                  {t('無事', 'Safe')}
                </th>
                <th scope="col" className="number">
                  {t('助けが必要', 'Need help')}
                </th>
              </tr>
            </thead>
            <tbody>
              {safety.data.districts.map((each) => (
                <tr key={each.id}>
                  <td>{each.name}</td>
                  <td className="number">{each.safe.shown}</td>
                  <td className="number">{each.need_help.shown}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
