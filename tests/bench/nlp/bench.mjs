// The same phrases through node-nlp, trained on a content folder's item names and questions. Prints JSON lines like ask_bench.
// usage: node bench.mjs PHRASES_FILE CONTENT_FOLDER
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NlpManager } from 'node-nlp';

/** Rows of an RFC 4180 file as objects by header. */
function table(path) {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += c; i += 1; } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1).push(cell.replace(/\r$/, ''));
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  if (cell) rows.at(-1).push(cell);
  const [header, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? ''])));
}

const [phraseFile, content] = process.argv.slice(2);
const manager = new NlpManager({ languages: ['ja'], forceNER: false, nlu: { log: false }, autoSave: false });
const garbage = table(join(content, 'garbage.csv'));
const faqs = table(join(content, 'faq.csv'));
for (const row of garbage) {
  for (const name of [row['品目'], row['よみ'], ...(row['別名'] ?? '').split(/[;；]/)]) {
    if (name) manager.addDocument('ja', name, `garbage:${row['品目']}`);
  }
}
for (const row of faqs) {
  for (const text of [row['質問'], ...(row['言い換え'] ?? '').split(/[;；]/)]) {
    if (text) manager.addDocument('ja', text, `faq:${row.id}`);
  }
}
const started = performance.now();
await manager.train();
const mb = () => Math.round(process.memoryUsage().rss / 1e5) / 10;
console.log(JSON.stringify({ bench: 'ask', side: 'node-nlp', what: 'load', items: garbage.length, faqs: faqs.length,
  load_ms: Math.round(performance.now() - started), rss_mb: mb() }));

const took = [];
let answered = 0;
for (const phrase of readFileSync(phraseFile, 'utf8').split('\n').filter(Boolean)) {
  const start = performance.now();
  const found = await manager.process('ja', phrase);
  took.push(performance.now() - start);
  if (found.intent && found.intent !== 'None') answered += 1;
}
took.sort((a, b) => a - b);
const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 1000) / 1000;
console.log(JSON.stringify({ bench: 'ask', side: 'node-nlp', what: 'answer', characters: 'up to 100', n: took.length, p50_ms: at(0.5),
  p99_ms: at(0.99), max_ms: took.at(-1), answered: Math.round((answered / took.length) * 100) / 100, rss_mb: mb() }));
