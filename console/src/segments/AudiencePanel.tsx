// Whom it reaches: rules, the sentence they make, the number at once, and where the number comes from.
import { useEffect, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { RuleGroupType } from 'react-querybuilder';
import { call } from '../api/client';
import type { Count, DocumentProblem } from '../api/types';
import { useLanguage } from '../i18n';
import { Check, Loading, Notice, ProblemNotice } from '../ui';
import { useAttributes } from './attributes';
import { emptyRules, isEmpty, plainRules, type SegmentRules } from './model';
import { SegmentBuilder } from './SegmentBuilder';

export interface SegmentCount {
  valid: boolean;
  sentence: string;
  problems: DocumentProblem[];
  count?: Count;
  followers?: number;
  parts?: { path: string; phrase: string; count: Count }[];
}

export function AudiencePanel({ rules, onChange, disabled }: { rules: SegmentRules; onChange: (rules: SegmentRules) => void; disabled?: boolean }) {
  const { t } = useLanguage();
  const attributes = useAttributes();
  const plain = useMemo(() => JSON.stringify(plainRules(rules)), [rules]);
  const [settled, setSettled] = useState(plain);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(plain), 300);
    return () => clearTimeout(timer);
  }, [plain]);
  const empty = isEmpty(rules);
  const count = useQuery({
    queryKey: ['segment-count', settled],
    queryFn: ({ signal }) => call<SegmentCount>('/segments/count', { method: 'POST', body: { segment: JSON.parse(settled) as unknown }, signal }).then((answer) => answer.data),
    enabled: !empty,
    placeholderData: (old) => old,
    retry: false,
  });
  // What was counted last says nothing of rules that are gone.
  const errors = empty ? [] : (count.data?.problems.filter((each) => !each.warning) ?? []);
  if (attributes.isPending) return <Loading />;
  if (attributes.isError) return <ProblemNotice problem={attributes.error} retry={() => void attributes.refetch()} />;
  const everyone = rules === 'everyone';
  return (
    <div className="stack">
      <Check label={t('友だち全員に送る', 'Everyone')} checked={everyone} disabled={disabled} onChange={(on) => onChange(on ? 'everyone' : emptyRules)} />
      {!everyone && <SegmentBuilder attributes={attributes.data} rules={rules as RuleGroupType} onChange={onChange} disabled={disabled} errors={errors} />}
      {empty ? (
        <p className="weak">{t('条件を足すか「友だち全員」を選ぶと、届く人数が出ます。', 'Add a rule or choose everyone to see the number.')}</p>
      ) : count.isError ? (
        <ProblemNotice problem={count.error} retry={() => void count.refetch()} />
      ) : errors.length > 0 ? null : (
        <div className="audience-count" aria-live="polite">
          <div className="audience-number">{count.data?.count?.shown ?? '…'}</div>
          <p>{count.data?.sentence}</p>
          {count.data?.parts && count.data.parts.length > 1 && (
            <details>
              <summary>{t('人数の内訳', 'How the number comes about')}</summary>
              <div className="table-frame">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{t('条件', 'Rule')}</th>
                      <th scope="col" className="number">
                        {t('当てはまる人', 'People')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {count.data.parts.map((part) => (
                      <tr key={part.path}>
                        <td>{part.phrase}</td>
                        <td className="number">{part.count.shown}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          )}
        </div>
      )}
      {everyone && (
        <Notice tone="warn" title={t('友だち全員に届きます', 'It goes to everyone')}>
          {t('関係のない人にも届くと、ブロックにつながります。条件でしぼれないか、もう一度考えてください。', 'What does not concern people makes them block the account.')}
        </Notice>
      )}
    </div>
  );
}
