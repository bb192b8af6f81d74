// First-aid checks of やさしい日本語 while one types; the dry run asks the server for the whole list.
// After the Agency for Cultural Affairs' and the Immigration Services Agency's guideline (2020): short sentences, few kanji without
// reading, no honorifics.

export interface Hint {
  ja: string;
  en: string;
}

const honorifics = /(いただ|くださいますよう|ございます|おります|いたします|申し上げ|存じ|賜|頂戴|拝)/;
const kanji = /[\u3400-\u9fff\uf900-\ufaff々〆ヶ]/g;

export function easyHints(text: string): Hint[] {
  const hints: Hint[] = [];
  if (text.trim() === '') return hints;
  const sentences = text.split(/[。！？\n]/).map((each) => each.trim()).filter(Boolean);
  const long = sentences.filter((each) => [...each.replace(/（[ぁ-ん]+）/g, '')].length > 30);
  if (long.length > 0) {
    hints.push({ ja: `長い文が${long.length}つあります。1つの文は30文字までにしましょう。`, en: `${long.length} long sentence(s): keep each within 30 characters.` });
  }
  const words = text.match(/[\u3400-\u9fff々]+(?!（[ぁ-ん]+）)/g) ?? [];
  if (words.length > 0 && (text.match(kanji) ?? []).length > 0) {
    hints.push({ ja: `ふりがなのない漢字があります（${[...new Set(words)].slice(0, 4).join('、')}）。「市役所（しやくしょ）」のように書きましょう。`, en: 'Kanji without a reading: write 市役所（しやくしょ）.' });
  }
  const honorific = honorifics.exec(text);
  if (honorific) {
    hints.push({ ja: `敬語「${honorific[0]}」をやめて「です・ます」で書きましょう。`, en: `Plain です・ます instead of honorific “${honorific[0]}”.` });
  }
  return hints;
}
