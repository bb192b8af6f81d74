// A resident's settings in a real browser: set up in the chat on the simulator's phone, changed, seen, and erased, by
// buttons, by words and from the picture menu; afterwards nothing of the resident is left on the machine.
// Leaves screenshots in --out.
// usage: node settings.mjs [--kairan PATH] [--out FOLDER] [--openapi-check PATH]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, checkOutbound, equal, http, kairanPath, option, root, skip, truthy, until } from './lib.mjs';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!chromiumPath) skip('no Chromium is installed');
let chromium;
try {
  ({ chromium } = await import('playwright-core'));
} catch {
  skip("the browser tests' libraries are not installed (npm ci in tests/e2e)");
}

const out = option('out', join(root, 'build/e2e'));
mkdirSync(out, { recursive: true });
const checks = new Checks();
const city = new City('settings');
await city.simulator();
const gateway = await city.gateway();
const environment = { PATH: process.env.PATH, ...city.environment(city.publicPort, 0), KAIRAN_CONSOLE_LISTEN: '127.0.0.1:0' };
const kairan = (...args) => spawnSync(kairanPath, args, { encoding: 'utf8', cwd: root, env: environment });

const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
const context = await browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
const page = await context.newPage();
const problems = [];
page.on('pageerror', (error) => problems.push(error.message));
page.on('console', (message) => {
  if (message.type() === 'error') problems.push(message.text());
});

const phone = page.locator('section.phone').first();
const answers = phone.locator('.row-account:not(.typing)');
/** What the account said since its `from`th message: an answer may be several. */
const saidSince = async (from) => (await answers.allInnerTexts()).slice(from).join('\n').trim();
let answered = 0;
const last = () => saidSince(answered);
const shots = [];
async function shot(name) {
  await page.waitForTimeout(150); // let the talk scroll to its end: what is photographed, not what is tested
  shots.push(name);
  await page.screenshot({ path: join(out, `settings-${String(shots.length).padStart(2, '0')}-${name}.png`) });
}
/** Does something and waits for the account's next answer, whose messages come together. */
async function answerTo(act) {
  answered = await answers.count();
  await act();
  await until('an answer on the phone', async () => (await answers.count()) > answered, 30000);
  return last();
}
const type = (text) => answerTo(async () => {
  const input = phone.getByRole('textbox', { name: 'メッセージを入力' });
  await input.fill(text);
  await input.press('Enter');
});
/** Presses a button of the newest answer, wherever it is: on a card, in a list, or among the quick replies. */
const tap = (label) => answerTo(async () => {
  for (const exact of [true, false]) {
    for (const where of [phone.locator('.quick'), answers.last()]) {
      const found = where.getByRole('button', { name: label, exact });
      if (await found.count()) return found.last().click();
    }
  }
  throw new Error(`there is no button ${label} under: ${await last()}`);
});
const menu = (name) => phone.locator('.rich-menu').getByRole('button', { name, exact: true });
const toggleMenu = () => phone.locator('.rich-menu-bar').click();

let person = '';
try {
  await checks.test('the menus are published, and publishing again changes nothing', async () => {
    const first = kairan('menus', 'publish');
    equal(first.status, 0, first.stdout + first.stderr);
    truthy(/main: 公開しました/.test(first.stdout), first.stdout);
    const again = kairan('menus', 'publish');
    equal(again.status, 0, again.stdout + again.stderr);
    truthy(!/公開しました/.test(again.stdout), again.stdout);
    truthy(/main（全員に表示中）/.test(kairan('menus', 'status').stdout), 'the main menu is not shown to everyone');
  });

  await page.goto(`${city.simulatorUrl}/?phones=1`);
  await phone.waitFor();
  await checks.test('whoever adds the account is told what is kept and why, and may start or wait', async () => {
    await answerTo(() => phone.getByRole('button', { name: '友だち追加' }).first().click());
    await until('the offer', async () => /名前や住所は聞かず/.test(await last()), 10000);
    const users = (await http('GET', `${city.simulatorUrl}/sim/users`)).json;
    person = await phone.locator('select.owner-select').inputValue();
    truthy(/^U[0-9a-f]{32}$/.test(person), `no user id: ${person} ${JSON.stringify(users).slice(0, 80)}`);
    await shot('greeting');
    truthy(/いつでも始められます/.test(await tap('あとで')), await last());
  });

  await checks.test('the picture menu opens the settings', async () => {
    await shot('menu');
    truthy(/地区（1\/7）/.test(await answerTo(() => menu('受信設定').click())), await last());
    await toggleMenu();
    await shot('districts');
  });

  await checks.test('several districts are chosen, with check marks', async () => {
    truthy(/浜/.test(await tap('浜')), await last());
    truthy(/浜、七浦/.test(await type('七浦')), await last());
    await shot('districts-chosen');
    truthy(/知りたいお知らせ/.test(await tap('次へ')), await last());
  });

  await checks.test('topics are chosen by button, and a question in between is answered', async () => {
    await shot('topics');
    await tap('子育て・教育');
    await tap('健診・健康');
    await shot('topics-chosen');
    const answer = await type('段ボールの捨て方');
    truthy(/段ボール/.test(answer), answer);
    await shot('question-between');
    truthy(/知りたいお知らせ/.test(await tap('設定を続ける')), await last());
    await tap('次へ');
    truthy(/ごみの日/.test(await tap('選ばずに次へ')), await last());
    await shot('garbage');
    truthy(/お子さん/.test(await tap('前の日の20時')), await last());
  });

  await checks.test('children are registered by buttons and by writing, impossible months are refused', async () => {
    await shot('children');
    await tap('お子さんを追加');
    await shot('years');
    await tap('2022年（令和4年）');
    await shot('months');
    truthy(/2022年5月生まれを登録しました/.test(await tap('5月')), await last());
    await tap('お子さんを追加');
    truthy(/まだ先の年月です/.test(await type('令和90年1月')), await last());
    truthy(/4月1日生まれですか/.test(await type('R3.4')), await last());
    await shot('april');
    truthy(/2021年4月1日/.test(await tap('4月1日です')), await last());
    await shot('children-registered');
    truthy(/どのことば/.test(await tap('次へ')), await last());
  });

  await checks.test('language and type size end the setup', async () => {
    await tap('日本語');
    await shot('display');
    truthy(/設定が終わりました|受信設定/.test(await tap('大きな文字')), await last());
    await shot('done-large');
  });

  await checks.test("an answer follows the registered district, in large type", async () => {
    const answer = await type('明日のごみは？');
    truthy(/浜|七浦/.test(answer), answer);
    truthy(await answers.last().locator('.line-bubble').count() > 0, 'the answer is not in large type');
    await shot('garbage-answer-large');
  });

  await checks.test('the settings are seen on one card and changed from it', async () => {
    const card = await type('設定を見る');
    for (const word of ['浜、七浦', '子育て・教育、健診・健康', '前の日の20時', '2022年5月', '2021年4月1日']) {
      truthy(card.includes(word), `the card does not say ${word}: ${card}`);
    }
    await shot('card-large');
    await type('文字の見え方を変えたい');
    truthy(/ふつう/.test(await tap('ふつう')), await last());
    await shot('card');
    await type('地区を変えたい');
    await tap('浜');
    truthy(!/浜/.test((await tap('これでよい')).split('知りたい')[0].replace(/浜（/, '')), await last());
  });

  await checks.test('a topic is left by one press, as from a notice, and taken again', async () => {
    await type('子育てのお知らせをやめる');
    truthy(/止めました/.test(await last()), await last());
    await shot('left');
    truthy(/お届けします/.test(await tap('元に戻す')), await last());
  });

  await checks.test('the disaster menu opens from the main menu and leads back', async () => {
    await toggleMenu();
    await menu('防災・避難').click();
    await until('the disaster menu', async () => (await menu('避難所を探す').count()) === 1, 10000);
    await shot('menu-disaster');
    truthy(/避難場所/.test(await answerTo(() => menu('避難所を探す').click())), await last());
    await menu('ふだんのメニュー').click();
    await until('the main menu', async () => (await menu('受信設定').count()) === 1, 10000);
    for (const name of ['ごみの日', 'ごみの分け方', '手続き・証明', '子育て']) {
      const answer = await answerTo(() => menu(name).click());
      truthy(!/用意できていません/.test(answer), `${name}: ${answer}`);
    }
    await toggleMenu();
    await shot('menu-answers');
  });

  await checks.test('the city switches everybody\'s menu, also of those who changed theirs, and back', async () => {
    await toggleMenu(); // a closed menu has no buttons
    const switched = kairan('menus', 'switch', 'disaster');
    equal(switched.status, 0, switched.stdout + switched.stderr);
    await until('the disaster menu', async () => (await menu('避難所を探す').count()) === 1, 15000);
    equal(kairan('menus', 'switch', 'main').status, 0, 'switching back');
    await until('the main menu', async () => (await menu('受信設定').count()) === 1, 15000);
    await toggleMenu();
    equal(kairan('menus', 'switch', 'nothing').status, 1, 'a menu that is not there');
  });

  await checks.test('a code for the counter is shown', async () => {
    truthy(/コードは [0-9A-Z]{4}-[0-9A-Z]{4} です/.test(await type('コードを見せて')), await last());
    truthy(/コードが違うようです/.test(await type('コード ABCD-2345')), await last());
    await shot('codes');
  });

  await checks.test('everything is erased on request, after asking', async () => {
    truthy(/何を消しますか/.test(await type('全部消して')), await last());
    await shot('erase');
    truthy(/すべて消しました/.test(await tap('すべて消す')), await last());
    await shot('erased');
  });

  await checks.test('the browser reported no error', async () => {
    equal(problems, [], 'errors in the browser');
  });
} catch (error) {
  await shot('failed').catch(() => undefined);
  await checks.test('the story runs to its end', () => {
    throw error;
  });
}
await browser.close();

// --- nothing is left ---

const socket = join(city.dataDir, 'redis/redis.sock');
/** All in one run of redis-cli: a process for each key would take a minute. Key names hold no blanks. */
const redis = (commands) => execFileSync('redis-cli', ['-s', socket, '--no-auth-warning', '--raw'],
  { input: `${commands.join('\n')}\n`, encoding: 'latin1', maxBuffer: 1 << 28 });
const readWhole = { string: (key) => `GET ${key}`, hash: (key) => `HGETALL ${key}`, list: (key) => `LRANGE ${key} 0 -1`,
  set: (key) => `SMEMBERS ${key}`, zset: (key) => `ZRANGE ${key} 0 -1 WITHSCORES`, stream: (key) => `XRANGE ${key} - +` };
/** What could tell who it was: the id as text and as bytes, whole and its digits alone. */
function traces() {
  const digits = person.slice(1);
  const raw = Buffer.from(digits, 'hex').toString('latin1');
  return [person, digits, digits.toUpperCase(), raw];
}
function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : entry.isFile() ? [path] : [];
  });
}
const has = (text) => traces().some((trace) => trace !== '' && text.includes(trace));

await checks.test('no key of Redis, name or value, holds the resident or what was chosen', async () => {
  await until('the last reply is sent', async () => !/kairan_replies_pending [1-9]/.test((await http('GET', `${gateway.consoleUrl}/metrics`)).text), 10000);
  const keys = redis(['KEYS *']).split('\n').filter(Boolean);
  truthy(keys.includes('kairan') && keys.includes('file:rewrite'), 'the scan looked at the wrong store');
  for (const key of keys) {
    truthy(!has(key) && !/\s/.test(key), `the id is in a key's name, or a name has a blank: ${key}`);
    truthy(!/:b:(a|x):/.test(key), `${key} is still there, and nobody else has chosen anything`);
    truthy(!/:(st|c|code|codes|guess):\d/.test(key), `${key} is still there`);
  }
  const types = redis(keys.map((key) => `TYPE ${key}`)).split('\n');
  // A key may have run out since they were listed.
  const commands = keys.flatMap((key, i) => (types[i] === 'none' ? [] : [`DUMP ${key}`, readWhole[types[i]](key)]));
  const everything = redis(commands);
  truthy(everything.length > 1000, 'nothing was read');
  if (has(everything)) {
    for (const command of commands) truthy(!has(redis([command])), `the id is in what ${command} says`);
    throw new Error('the id is in the store');
  }
});

await checks.test('no file of the data folder holds the resident, the append-only file and the spool among them', async () => {
  const all = files(city.dataDir);
  truthy(all.some((path) => /appendonly/.test(path)), 'the append-only file was not found');
  await until('the append-only file is free of it', async () =>
    /^kairan_erasures_in_file 0$/m.test((await http('GET', `${gateway.consoleUrl}/metrics`)).text), 60000);
  await until('the former files are gone', () => readdirSync(join(city.dataDir, 'redis/appendonlydir')).length === 3, 10000);
  for (const path of files(city.dataDir)) {
    const bytes = readFileSync(path, 'latin1');
    truthy(!has(bytes), `the id is in ${path}`);
    for (const answer of ['a:children:20', 'a:district:', 'a:topic:', 'a:display:']) {
      truthy(!bytes.includes(answer), `${answer} is in ${path}, and nobody else has chosen anything`);
    }
  }
  truthy(!has(readFileSync(gateway.log, 'latin1')), 'the id is in the log');
});

if (/\bbackup\b/.test(kairan('--help').stdout)) {
  await checks.test('a backup made afterwards does not bring the resident back', async () => {
    const file = join(city.folder, 'backup.kairan');
    const made = kairan('backup', file);
    equal(made.status, 0, made.stdout + made.stderr);
    truthy(!has(readFileSync(file, 'latin1')), 'the id is in the backup');
  });
} else {
  checks.skip('a backup made afterwards', 'this version has no backup');
}

await checks.test('the simulator refused nothing that the gateway sent', async () => {
  const stats = (await http('GET', `${city.simulatorUrl}/sim/stats`)).json;
  equal(stats.refusals, {}, 'refusals');
});
await city.stopAll();

await checkOutbound(checks, city);
if (checks.failed > 0) console.log(readFileSync(gateway.log, 'utf8').slice(-4000));
else city.remove();
checks.finish();
process.exit();
