// The garbage lists of real cities, through the whole path: each list is imported, and every item's exact name is asked by a
// resident of its own in a signed webhook. The answer on the phone must carry the item's category of that city; where a name
// has two categories, both. The lists are never part of the tree: skipped where ../shared/data is absent.
// usage: node lists_shared.mjs [--kairan PATH]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, http, kairanPath, root, truthy, until } from './lib.mjs';

const data = join(process.env.KAIRAN_SHARED ?? join(root, '..', 'shared'), 'data', 'garbage');
const lists = [
  ['kanazawa', 'kanazawa_5374/target.csv'],
  ['saga', 'saga_5374/target.csv'],
  ['takamatsu', 'takamatsu/0074_garbage_separation_list.csv'],
  ['toyohashi', 'toyohashi/gomidata_aichi_toyohashi.json'],
];
if (!existsSync(data)) {
  console.log('skipped: ../shared/data/garbage is not here');
  process.exit(0);
}

/** The cells of a CSV text, quotes and line breaks in cells included. */
function rowsOf(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += c; i += 1; } else if (c === '"') quoted = false; else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',') { rows.at(-1).push(cell); cell = ''; } else if (c === '\n') {
      rows.at(-1).push(cell.replace(/\r$/, ''));
      cell = '';
      rows.push([]);
    } else cell += c;
  }
  if (cell || rows.at(-1).length) rows.at(-1).push(cell);
  return rows.filter((row) => row.length > 1);
}

const checks = new Checks();
const inBatches = async (items, size, work) => {
  for (let i = 0; i < items.length; i += size) await Promise.all(items.slice(i, i + size).map(work));
};

for (const [name, file] of lists) {
  await checks.test(`${name}: every item's exact name is answered with its category`, async () => {
    const city = new City(`list-${name}`);
    try {
      const content = join(city.folder, 'content');
      const imported = spawnSync(kairanPath, ['content', 'import', 'garbage', join(data, file), '--to', content], { encoding: 'utf8' });
      truthy(imported.status === 0, `import: ${imported.stdout}${imported.stderr}`);
      const [header, ...rows] = rowsOf(readFileSync(join(content, 'garbage.csv'), 'utf8').replace(/^\uFEFF/, ''));
      const item = header.indexOf('品目');
      const category = header.indexOf('分別区分');
      const wanted = new Map();
      for (const row of rows) wanted.set(row[item], (wanted.get(row[item]) ?? new Set()).add(row[category]));
      const names = [...wanted.keys()];

      await city.simulator(['--reply-ms', '5', '--no-rates']);
      await city.gateway({ env: { KAIRAN_CONTENT: content } });
      const sim = (method, path, body) => http(method, `${city.simulatorUrl}/sim/${path}`, body, {}, 30000);
      const ids = [];
      while (ids.length < names.length) {
        ids.push(...(await sim('POST', 'users', { count: Math.min(1000, names.length - ids.length) })).json.ids);
      }
      await inBatches(names.map((text, i) => [ids[i], text]), 16, ([id, text]) => sim('POST', `users/${id}/say`, { text }));
      const misses = [];
      await inBatches(names.map((text, i) => [ids[i], text]), 16, async ([id, text]) => {
        let shown = '';
        await until(`an answer to ${text}`, async () => {
          const { entries } = (await sim('GET', `users/${id}/messages`)).json;
          shown = JSON.stringify(entries.filter((entry) => entry.from === 'account'));
          return shown.length > 2;
        }, 60000);
        for (const one of wanted.get(text)) if (!shown.includes(JSON.stringify(one).slice(1, -1))) misses.push(`${text} → ${one}`);
      });
      console.log(`    ${names.length} names, ${rows.length} rows, ${misses.length} without their category`);
      truthy(misses.length === 0, misses.slice(0, 20).join('; '));
    } finally {
      await city.stopAll();
      city.remove();
    }
  });
}
checks.finish();
