// The columns of the city's tables in English; a column that nobody foresaw keeps its name.
const english: Record<string, string> = {
  品目: 'Item', よみ: 'Reading', 別名: 'Other names', 分別区分: 'Category', 出し方: 'How to put it out', 注意: 'Care', 料金: 'Fee', 収集しない: 'Not collected', 見本: 'Sample',
  地区: 'District', 区: 'Ward', 地区ID: 'District ID', 収集日: 'Days', 備考: 'Note',
  質問: 'Question', 言い換え: 'Other wordings', 回答: 'Answer', 担当課: 'Section', 電話: 'Telephone', 出典URL: 'Source (URL)', 見直し期限: 'Review by',
  名称: 'Name', 住所: 'Address', 緯度: 'Latitude', 経度: 'Longitude', 収容人数: 'Capacity', 災害: 'Hazards',
  語: 'Word', 同義語: 'Synonyms', 方向: 'Direction',
  文: 'Text', 期待: 'Expected', 前の発話: 'Said before', 日時: 'Date and time', 言語: 'Language', 含む: 'Contains', 含まない: 'Does not contain',
};

/** 「回答_en」 is "Answer (en)". */
export function heading(column: string, language: string): string {
  if (language !== 'en') return column;
  const [name = column, of] = column.split('_');
  const word = english[name];
  return word ? word + (of ? ` (${of})` : '') : column;
}
