// A notice's messages as the API takes them (broadcasts/document.h describes the format). Texts are by language; "ja" is always there.
import type { Preview } from '../api/types';

export type Texts = Partial<Record<'ja' | 'ja-easy' | 'en', string>> & Record<string, string | undefined>;

export interface MessageAction {
  type: 'uri' | 'say' | 'postback' | 'location' | 'date';
  label: Texts;
  value: Texts;
}
export interface TextMessage {
  type: 'text';
  text: Texts;
}
export interface ImageMessage {
  type: 'image';
  url: string;
  preview_url?: string;
  alt: Texts;
}
export interface ChoicesMessage {
  type: 'choices';
  title?: Texts;
  text: Texts;
  choices: MessageAction[];
}
export interface CardsMessage {
  type: 'cards';
  alt: Texts;
  cards: { title: Texts; text: Texts; image?: string; actions: MessageAction[] }[];
}
export interface FlexMessage {
  type: 'flex';
  alt: Texts;
  contents: unknown;
}
export interface LocationMessage {
  type: 'location';
  title: Texts;
  address: Texts;
  latitude: number;
  longitude: number;
}
export type DraftMessage = TextMessage | ImageMessage | ChoicesMessage | CardsMessage | FlexMessage | LocationMessage;

export const languages = [
  { id: 'ja', ja: '日本語', en: 'Japanese' },
  { id: 'ja-easy', ja: 'やさしい日本語', en: 'Easy Japanese' },
  { id: 'en', ja: '英語', en: 'English' },
] as const;

/** Texts as the server may send them: one string is Japanese. */
export function texts(value: unknown): Texts {
  if (typeof value === 'string') return { ja: value };
  if (value && typeof value === 'object') return value as Texts;
  return { ja: '' };
}

function action(value: unknown): MessageAction {
  const from = (value ?? {}) as Record<string, unknown>;
  return { type: (from.type as MessageAction['type']) ?? 'uri', label: texts(from.label), value: texts(from.value) };
}

/** Messages of a document, every text as a map of languages. */
export function readMessages(value: unknown): DraftMessage[] {
  if (!Array.isArray(value)) return [];
  return value.map((each): DraftMessage => {
    const from = each as Record<string, unknown>;
    switch (from.type) {
      case 'image':
        return { type: 'image', url: String(from.url ?? ''), preview_url: from.preview_url as string | undefined, alt: texts(from.alt) };
      case 'choices':
      case 'buttons':
        return { type: 'choices', title: from.title === undefined ? undefined : texts(from.title), text: texts(from.text), choices: Array.isArray(from.choices) ? from.choices.map(action) : [] };
      case 'cards':
      case 'carousel':
        return {
          type: 'cards',
          alt: texts(from.alt),
          cards: (Array.isArray(from.cards) ? from.cards : []).map((card: Record<string, unknown>) => ({
            title: texts(card.title), text: texts(card.text), image: card.image as string | undefined,
            actions: Array.isArray(card.actions) ? card.actions.map(action) : [],
          })),
        };
      case 'flex':
        return { type: 'flex', alt: texts(from.alt), contents: from.contents };
      case 'location':
        return { type: 'location', title: texts(from.title), address: texts(from.address), latitude: Number(from.latitude), longitude: Number(from.longitude) };
      default:
        return { type: 'text', text: texts(from.text) };
    }
  });
}

const titleLength = 30; // characters

/** What a notice is called in the lists when nobody gave it a name: how its first text begins. */
export function titleOf(messages: DraftMessage[]): string {
  const first = messages.map((each) => (each.type === 'text' || each.type === 'choices' ? (each.text.ja ?? '') : 'alt' in each ? (each.alt.ja ?? '') : '')).find((each) => each.trim() !== '') ?? '';
  const sentence = first.trim().split(/[。\n]/)[0] ?? '';
  const characters = [...sentence.trim()];
  return characters.length > titleLength ? `${characters.slice(0, titleLength - 1).join('')}…` : characters.join('');
}

/** What readers of a language see: its variant, else the first one; nothing while there is no preview. */
export function previewIn(preview: Preview | undefined, language: string): Preview['variants'][number] | undefined {
  return preview?.variants.find((each) => each.language === language) ?? preview?.variants[0];
}

/** Whether it has what the server asks of it: until then it is not worth an error. */
export function isWritten(message: DraftMessage): boolean {
  const has = (value: Texts) => (value.ja ?? '').trim() !== '';
  if (message.type === 'text') return has(message.text);
  if (message.type === 'image') return message.url !== '' && has(message.alt);
  if (message.type === 'choices') return has(message.text) && message.choices.every((each) => has(each.label) && has(each.value));
  return true;
}

/** Without languages that were left empty. */
export function plainTexts(value: Texts): Texts {
  return Object.fromEntries(Object.entries(value).filter(([id, text]) => id === 'ja' || (text !== undefined && text !== '')));
}
function plainAction(value: MessageAction): MessageAction {
  return { ...value, label: plainTexts(value.label), value: plainTexts(value.value) };
}
export function writeMessages(messages: DraftMessage[]): unknown[] {
  return messages.map((message) => {
    switch (message.type) {
      case 'text':
        return { ...message, text: plainTexts(message.text) };
      case 'image':
        return { ...message, alt: plainTexts(message.alt) };
      case 'choices':
        return {
          ...message, title: message.title && plainTexts(message.title).ja ? plainTexts(message.title) : undefined, text: plainTexts(message.text),
          choices: message.choices.map(plainAction),
        };
      case 'cards':
        return {
          ...message, alt: plainTexts(message.alt),
          cards: message.cards.map((card) => ({ ...card, title: plainTexts(card.title), text: plainTexts(card.text), actions: card.actions.map(plainAction) })),
        };
      case 'flex':
        return { ...message, alt: plainTexts(message.alt) };
      case 'location':
        return { ...message, title: plainTexts(message.title), address: plainTexts(message.address) };
    }
  });
}
