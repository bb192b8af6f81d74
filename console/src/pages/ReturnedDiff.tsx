// What has changed since the approver returned it, so that the second reading is a short one.
import type { Broadcast } from '../api/types';
import { useLanguage } from '../i18n';
import { scheduleWords } from '../lib/schedule';
import { formatDateTime } from '../lib/time';
import { languages, readMessages, type DraftMessage } from '../messages/model';

interface Line {
  label: string;
  before: string;
  after: string;
}

function textsOf(message: DraftMessage | undefined, language: string): string {
  if (!message) return '';
  switch (message.type) {
    case 'text':
      return message.text[language] ?? '';
    case 'choices':
      return [message.title?.[language], message.text[language], ...message.choices.map((each) => `［${each.label[language] ?? ''}］${each.value[language] ?? each.value.ja ?? ''}`)].filter(Boolean).join('\n');
    case 'image':
      return `${message.alt[language] ?? ''}${language === 'ja' ? `\n${message.url}` : ''}`;
    case 'location':
      return [message.title[language], message.address[language]].filter(Boolean).join('\n');
    default:
      return language === 'ja' ? JSON.stringify(message) : '';
  }
}

/** Changed words stand between what is the same at both ends. */
function parts(before: string, after: string): [string, string, string, string] {
  const a = [...before];
  const b = [...after];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return [a.slice(0, head).join(''), a.slice(head, a.length - tail).join(''), b.slice(head, b.length - tail).join(''), a.slice(a.length - tail).join('')];
}

export function ReturnedDiff({ broadcast }: { broadcast: Broadcast }) {
  const { t, language } = useLanguage();
  const before = broadcast.returned_document;
  if (!before) return null;
  const after = broadcast.document;
  const lines: Line[] = [];
  const add = (label: string, from: string, to: string) => {
    if (from !== to) lines.push({ label, before: from, after: to });
  };
  const when = (value: unknown) => scheduleWords(value, t, language);
  add(t('件名', 'Title'), before.title, after.title);
  const old = readMessages(before.messages);
  const now = readMessages(after.messages);
  for (let index = 0; index < Math.max(old.length, now.length); index += 1) {
    for (const each of languages) {
      add(t(`${index + 1}通目（${each.ja}）`, `Message ${index + 1} (${each.en})`), textsOf(old[index], each.id), textsOf(now[index], each.id));
    }
  }
  if (JSON.stringify(before.segment) !== JSON.stringify(after.segment)) lines.push({ label: t('届ける相手', 'Audience'), before: '', after: broadcast.summary.segment_sentence });
  add(t('話題', 'Topic'), before.topic, after.topic);
  add(t('配信日時', 'When'), when(before.schedule), when(after.schedule));
  add(t('有効期限', 'Expires'), before.expires ? formatDateTime(before.expires, language) : '—', after.expires ? formatDateTime(after.expires, language) : '—');
  return (
    <section className="card stack">
      <h2>{t('差し戻しのあとに変わったところ', 'Changed since it was returned')}</h2>
      {lines.length === 0 ? (
        <p className="weak">{t('差し戻したときと同じ内容です。', 'Nothing has changed.')}</p>
      ) : (
        lines.map((line) => {
          const [head, gone, come, tail] = parts(line.before, line.after);
          return (
            <div key={line.label} className="change">
              <strong>{line.label}</strong>
              <p className="pre">
                {head}
                {gone && <del>{gone}</del>}
                {come && <ins>{come}</ins>}
                {tail}
              </p>
            </div>
          );
        })
      )}
    </section>
  );
}
