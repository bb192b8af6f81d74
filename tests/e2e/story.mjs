// The story a resident lives, in a real browser: phones on the simulator's page, the gateway behind them.
// Leaves screenshots and the requests that the gateway made to LINE in --out; with ../shared there, those requests are held
// to LINE's own description by openapi_check.
// usage: node story.mjs [--kairan PATH] [--out FOLDER] [--openapi-check PATH]
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, checkOutbound, equal, http, option, root, skip, truthy, until } from './lib.mjs';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!chromiumPath) skip('no Chromium is installed');
let chromium;
let axeSource;
try {
  ({ chromium } = await import('playwright-core'));
  axeSource = readFileSync(join(root, 'tests/e2e/node_modules/axe-core/axe.min.js'), 'utf8');
} catch {
  skip("the browser tests' libraries are not installed (npm ci in tests/e2e)");
}

const out = option('out', join(root, 'build/e2e'));
mkdirSync(out, { recursive: true });
const checks = new Checks();
const city = new City('story');
await city.simulator();
const gateway = await city.gateway();
const browser = await chromium.launch({
  executablePath: chromiumPath,
  // A test machine may run as root and without a large /dev/shm; nothing but our own page is opened.
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
const context = await browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo', viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
const foreign = [];
const problems = [];
page.on('request', (request) => {
  if (!request.url().startsWith(city.simulatorUrl) && !request.url().startsWith('data:')) foreign.push(request.url());
});
page.on('pageerror', (error) => problems.push(error.message));
page.on('console', (message) => {
  if (message.type() === 'error') problems.push(message.text());
});

/** One phone on the page. */
class Phone {
  constructor(node) {
    this.node = node;
    this.input = node.getByRole('textbox', { name: 'メッセージを入力' });
    this.answers = node.locator('.row-account:not(.typing)');
    this.mine = node.locator('.row-resident');
  }
  async type(text) {
    await this.input.fill(text);
    await this.input.press('Enter');
  }
  /** Does something and waits until the account has said more than before. @return its newest words */
  async answerTo(act, deadlineMs = 20000) {
    const before = await this.answers.count();
    await act();
    await until('an answer on the phone', async () => (await this.answers.count()) > before, deadlineMs);
    return (await this.answers.last().innerText()).trim();
  }
  quick() {
    return this.node.locator('.quick button');
  }
}
const phone = async (index) => new Phone(page.locator('section.phone').nth(index));
const shot = (name) => page.screenshot({ path: join(out, `${name}.png`) });

try {
  await page.goto(`${city.simulatorUrl}/?phones=2`);
  await page.locator('section.phone').nth(1).waitFor();
  const first = await phone(0);
  const second = await phone(1);

  await checks.test('a person who adds the account is greeted', async () => {
    const greeting = await first.answerTo(() => first.node.getByRole('button', { name: '友だち追加' }).first().click());
    truthy(/鹿島|友だち/.test(greeting), `the greeting says neither the city nor thanks: ${greeting}`);
    await second.answerTo(() => second.node.getByRole('button', { name: '友だち追加' }).first().click());
  });

  await checks.test('a question typed on a phone gets the city\'s answer on that phone', async () => {
    const answer = await first.answerTo(() => first.type('ペットボトルの捨て方'));
    truthy(/ペットボトル/.test(answer), `the answer does not name the item: ${answer}`);
    truthy(/見本/.test(answer), `the sample city's answer does not say that it is a sample: ${answer}`);
    await shot('phones-answer');
  });

  await checks.test('other phones do not see it', async () => {
    equal(await second.mine.count(), 0, 'own messages on the second phone');
    equal(await second.answers.count(), 1, 'answers on the second phone, of which the greeting is one');
  });

  await checks.test('a message is marked read once the gateway has taken it', async () => {
    await until('既読', async () => (await first.mine.last().innerText()).includes('既読'), 10000);
  });

  await checks.test('a question with several meanings offers quick replies, and tapping one answers', async () => {
    let offered = 0;
    for (const text of ['電池', 'びん', 'スプレー缶', 'ごみ']) {
      await second.answerTo(() => second.type(text));
      offered = await second.quick().count();
      if (offered > 0) break;
    }
    truthy(offered > 0, 'no question offered quick replies');
    truthy(offered <= 13, `${offered} quick replies; LINE shows 13`);
    const label = (await second.quick().first().innerText()).trim();
    await shot('phones-quick-replies');
    const answer = await second.answerTo(() => second.quick().first().click());
    truthy(answer.length > 0, 'no answer');
    truthy((await second.mine.last().innerText()).includes(label.slice(0, 3)), `the tap on 「${label}」 does not show on the phone`);
  });

  await checks.test('a location is taken and answered', async () => {
    const answer = await first.answerTo(async () => {
      await first.node.getByRole('button', { name: '位置情報やスタンプを送る' }).click();
      await first.node.getByRole('button', { name: '位置情報', exact: true }).click();
      await first.node.getByRole('button', { name: '七浦地区' }).click();
    });
    truthy(answer.length > 0, 'no words');
  });

  await checks.test('a sticker is answered', async () => {
    const answer = await first.answerTo(async () => {
      await first.node.getByRole('button', { name: '位置情報やスタンプを送る' }).click();
      await first.node.getByRole('button', { name: 'スタンプ', exact: true }).click();
      await first.node.getByRole('button', { name: 'スタンプ ありがとう' }).click();
    });
    truthy(answer.length > 0, 'no words');
    await shot('phones-location-sticker');
  });

  await checks.test('nonsense is not answered as if it were a question', async () => {
    const answer = await first.answerTo(() => first.type('ラーメン食べたい'));
    truthy(!/(燃える|粗大|資源)/.test(answer), `a category in the answer to small talk: ${answer}`);
  });

  await checks.test('text is shown as text, whatever it holds', async () => {
    await first.answerTo(() => first.type('<img src=x onerror=alert(1)> {{7*7}}'));
    truthy((await first.mine.last().innerText()).includes('<img src=x onerror=alert(1)>'), 'the text is not shown as typed');
    equal(await first.mine.last().locator('img').count(), 0, 'images made from text');
  });

  await checks.test('after blocking nothing can be written, after adding again it can', async () => {
    await first.node.getByRole('button', { name: 'メニュー', exact: true }).click();
    await first.node.getByRole('button', { name: 'ブロック', exact: true }).click();
    await until('the input is closed', () => first.input.isDisabled(), 10000);
    await first.node.getByRole('button', { name: 'ブロックを解除' }).first().click();
    await until('the input is open', () => first.input.isEnabled(), 10000);
    const answer = await first.answerTo(() => first.type('段ボールは？'));
    truthy(answer.length > 0, 'no answer');
  });

  await checks.test('the page has no accessibility violation that axe finds', async () => {
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
    equal(found.violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 120)}`), [], 'violations');
  });

  await checks.test('on a narrow screen one phone fills the page', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    truthy(wide <= 390, `the page is ${wide} wide`);
    await shot('phones-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await checks.test('the page loads nothing from elsewhere and reports no error', async () => {
    equal(foreign, [], 'requests to other hosts');
    equal(problems, [], 'errors in the browser');
  });
} catch (error) {
  await shot('phones-failed').catch(() => undefined);
  await checks.test('the story runs to its end', () => {
    throw error;
  });
}
await browser.close();

await checks.test('the simulator refused nothing that the gateway sent', async () => {
  const stats = (await http('GET', `${city.simulatorUrl}/sim/stats`)).json;
  equal(stats.refusals, {}, 'refusals');
  equal(stats.webhooks.given_up, 0, 'webhooks given up');
});

await city.stopAll();
if (existsSync(city.record)) copyFileSync(city.record, join(out, 'outbound.jsonl'));
await checks.test('every outbound request was recorded, without its token', () => {
  const lines = readFileSync(city.record, 'utf8').trim().split('\n');
  truthy(lines.length >= 8, `${lines.length} requests recorded`);
  truthy(!lines.some((line) => line.includes(city.token)), 'the access token is in the record');
});

await checkOutbound(checks, city);
if (checks.failed > 0) console.log(readFileSync(gateway.log, 'utf8').slice(-4000));
else city.remove();
checks.finish();
process.exit();
