// What would happen if it were sent now: people, variants, time, quota, and what readers may find too much.
import { Link } from 'react-router-dom';
import type { DryRun } from '../api/types';
import { useLanguage } from '../i18n';
import { formatNumber, formatSeconds } from '../lib/time';
import { Notice } from '../ui';

const shownVariants = 6;

/** @param practice  reaches nobody, whomever it is for */
export function DryRunPanel({ dry, practice }: { dry: DryRun; practice: boolean }) {
  const { t, language } = useLanguage();
  const oftenPeople = dry.nth_this_week.filter((each) => each.nth >= 3).reduce((sum, each) => sum + each.recipients, 0);
  const lines = dry.variants.map((variant) => (
    <div key={variant.label}>
      {variant.label}：{t(`${formatNumber(variant.recipients)}人`, formatNumber(variant.recipients))}
    </div>
  ));
  const wrong = dry.problems.filter((each) => !each.warning);
  const warnings = dry.problems.filter((each) => each.warning);
  return (
    <div className="stack">
      <p className="dry-people">
        <strong>{formatNumber(dry.recipients)}</strong>
        {t('人に届きます', ' people')}
      </p>
      {dry.undeclared > 0 && <p>{t(`登録地区が当てはまる${formatNumber(dry.registered)}人と、地区を登録していない${formatNumber(dry.undeclared)}人です。`, `${formatNumber(dry.registered)} registered there, ${formatNumber(dry.undeclared)} without a district.`)}</p>}
      <dl className="facts">
        <dt>{t('送る回数と時間', 'Requests and time')}</dt>
        <dd>{t(`${formatNumber(dry.batches)}回に分けて、${dry.seconds < 1 ? '' : 'およそ'}${formatSeconds(dry.seconds)}`, `${formatNumber(dry.batches)} ${dry.batches === 1 ? 'request' : 'requests'}, ${dry.seconds < 1 ? '' : 'about '}${formatSeconds(dry.seconds, language)}`)}</dd>
        <dt>{t('今月の残り通数', 'Left this month')}</dt>
        <dd>{!dry.quota_known ? t('確認できませんでした', 'unknown') : dry.quota_left === null ? t('上限なし', 'no limit') : formatNumber(dry.quota_left)}</dd>
        {dry.variants.length > 1 && (
          <>
            <dt>{t('文面の種類', 'Variants')}</dt>
            <dd>
              {dry.variants.length <= shownVariants ? (
                lines
              ) : (
                <details>
                  <summary>{t(`${dry.variants.length}種類（読む人のことば・文字の大きさ・地区ごと）`, `${dry.variants.length}, by language, letters and district`)}</summary>
                  {lines}
                </details>
              )}
            </dd>
          </>
        )}
      </dl>
      {wrong.length > 0 && (
        <Notice tone="bad" title={t('このままでは送れません', 'It cannot be sent like this')}>
          <ul>
            {wrong.map((each) => (
              <li key={each.path + each.message}>{each.message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {oftenPeople > 0 && (
        <Notice tone="warn" title={t('届きすぎに注意', 'Too many messages?')}>
          {t(`このうち${formatNumber(oftenPeople)}人には、この1週間で3通目以上になります。`, `For ${formatNumber(oftenPeople)} of them it is the third or later message in 7 days.`)}
        </Notice>
      )}
      {dry.topic_broadcasts > 0 && dry.blocks_after_topic > 0 && (
        <p className="weak">{t(`この話題の直近${dry.topic_broadcasts}回の配信のあと、24時間以内に${formatNumber(dry.blocks_after_topic)}人がブロックしました。`, `${formatNumber(dry.blocks_after_topic)} blocked within 24 hours of the last ${dry.topic_broadcasts} on this topic.`)}</p>
      )}
      {warnings.length > 0 && (
        <Notice tone="warn" title={t('気をつけること', 'Worth a look')}>
          <ul>
            {warnings.map((each) => (
              <li key={each.path + each.message}>{each.message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {dry.recipients === 0 && !practice && (
        <p>
          {t('届く人がいません。', 'It reaches nobody.')} <Link to="/residents">{t('登録者の数を見る', 'See the counts')}</Link>
        </p>
      )}
    </div>
  );
}
