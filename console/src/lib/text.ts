// Lengths in LINE's units: UTF-16 code units for texts, grapheme clusters for labels and titles.
const segmenter = new Intl.Segmenter('ja', { granularity: 'grapheme' });

export function utf16Length(text: string): number {
  return text.length;
}
export function graphemeLength(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}
