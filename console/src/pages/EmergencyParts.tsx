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

export function Shelters({ officer }: { officer: boolean }) {
  const { t, language } = useLanguage();
  const shelters = useQuery({ queryKey: ['shelters'], queryFn: ({ signal }) => poll<{ items: Shelter[] }>('/shelters', signal), refetchInterval: 15_000 });
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
  return (
    <section className="card stack">
      <h2>{t('避難所', 'Shelters')}</h2>
      <p className="weak">{t(`開設中 ${items.filter((each) => each.state !== 'closed').length} / ${items.length} か所。ここで変えると、住民の「避難所」への答えがすぐに変わります。`, `${items.filter((each) => each.state !== 'closed').length} of ${items.length} open. Answers to residents change at once.`)}</p>
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
                <th scope="col" className="number">
                  {t('定員', 'Capacity')}
                </th>
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
                  <td className="number">{each.capacity > 0 ? formatNumber(each.capacity) : '—'}</td>
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

export function Safety({ officer }: { officer: boolean }) {
  const { t, language } = useLanguage();
  const safety = useQuery({ queryKey: ['safety'], queryFn: ({ signal }) => poll<SafetyAnswer>('/safety', signal), refetchInterval: 10_000, retry: false });
  const [problem, setProblem] = useState<unknown>();
  const toggle = async (on: boolean) => {
    try {
      await call('/safety', { method: 'PUT', body: { on } });
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
    await safety.refetch();
  };
  if (!safety.data) return null;
  return (
    <section className="card stack">
      <h2>{t('安否の報告', 'Safety check')}</h2>
      <ProblemNotice problem={problem} />
      <p>{safety.data.on ? t(`受け付けています（${formatDateTime(safety.data.since, language)}から）`, 'Open') : t('いまは受け付けていません。', 'Not open.')}</p>
      {safety.data.on && (
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
      {officer && (
        <div>
          <Button onClick={() => toggle(!safety.data.on)}>{safety.data.on ? t('受け付けを終える', 'Close') : t('受け付けを始める', 'Open')}</Button>
        </div>
      )}
    </section>
  );
}
