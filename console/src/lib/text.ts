// Lengths in LINE's units (UTF-16 code units for texts, grapheme clusters for labels and titles), and what a browser calls itself.
const segmenter = new Intl.Segmenter('ja', { granularity: 'grapheme' });

export function utf16Length(text: string): number {
  return text.length;
}
export function graphemeLength(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

const browsers: [RegExp, string][] = [[/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']];
const systems: [RegExp, string][] = [[/Windows/, 'Windows'], [/iPhone|iPad/, 'iOS'], [/Android/, 'Android'], [/Mac OS/, 'Mac'], [/Linux/, 'Linux']];
/** "Chrome, Windows" of a User-Agent; what it says itself where it is none of these. */
export function deviceName(agent: string): string {
  const browser = browsers.find(([sign]) => sign.test(agent))?.[1];
  const system = systems.find(([sign]) => sign.test(agent))?.[1];
  return browser ? `${browser}${system ? `, ${system}` : ''}` : agent;
}
