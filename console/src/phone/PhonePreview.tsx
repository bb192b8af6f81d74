// A phone that shows messages as LINE draws them: the same renderer as the simulator's phones.
import { useEffect, useRef } from 'react';
import { renderMessages, renderQuickReplies } from '../../../adapters/simulator/page/line_renderer.js';
import { useT } from '../i18n';
import '../../../adapters/simulator/page/line_messages.css';
import './phone.css';

// Our own media come through the staff API; nothing is loaded from outside the machine.
function previewImage(url: string): string | null {
  const own = /\/m\/([\w.-]+)$/.exec(url);
  return own ? `/api/v1/media/${own[1]}` : null;
}

export type LineMessage = Record<string, unknown>;

interface Props {
  messages: LineMessage[];
  account: string;
  /** Colour and word of the kind, so that practice and drill are seen on the phone too. */
  kind?: 'live' | 'drill' | 'practice';
  empty?: string;
}

export function PhonePreview({ messages, account, kind = 'live', empty }: Props) {
  const t = useT();
  const chat = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = chat.current;
    if (!node) return;
    node.replaceChildren(renderMessages(messages, { imageUrl: previewImage }));
    const last = messages[messages.length - 1];
    const chips = last ? renderQuickReplies(last) : null;
    if (chips) node.append(chips);
    // A preview is looked at, not used.
    for (const control of node.querySelectorAll('button, a')) {
      control.setAttribute('tabindex', '-1');
    }
  }, [messages]);
  return (
    <section className={`phone phone-${kind}`} aria-label={t('プレビュー', 'Preview')}>
      <header className="phone-head">
        <span className="phone-account">{account}</span>
        {kind === 'drill' && <span className="phone-kind">{t('訓練', 'Drill')}</span>}
        {kind === 'practice' && <span className="phone-kind">{t('練習（だれにも届きません）', 'Practice (reaches nobody)')}</span>}
      </header>
      <div className="phone-chat" ref={chat} />
      {messages.length === 0 && empty && <p className="phone-empty">{empty}</p>}
    </section>
  );
}
