// What the console's browser programs share: the built console before a real gateway, an account a role, residents with
// settings, prepared texts, and a browser whose pages remember every error they had.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { City, equal, http, kairanPath, option, root, skip, Staff, until } from './lib.mjs';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!chromiumPath) skip('no Chromium is installed');
let chromium;
export let axeSource;
try {
  ({ chromium } = await import('playwright-core'));
  axeSource = readFileSync(join(root, 'tests/e2e/node_modules/axe-core/axe.min.js'), 'utf8');
} catch {
  skip("the browser tests' libraries are not installed (npm ci in tests/e2e)");
}
export const consoleFiles = resolve(option('console', join(root, 'build/console')));
if (!existsSync(join(consoleFiles, 'index.html'))) skip('the console is not built (npm ci && npm run build in console)');

export const out = join(option('out', join(root, 'build/e2e')), 'console');
mkdirSync(out, { recursive: true });
export const password = 'akai-densha-no-mado';
export const roles = {
  author: ['author', '福祉課'],
  approver: ['approver', '広報'],
  emergency: ['emergency_officer', '総務課'],
  bousai: ['emergency_officer', '総務課'],
  editor: ['content_editor', '環境下水道課'],
  operator: ['operator', 'DX推進室'],
  auditor: ['auditor', '監査委員事務局'],
};

export class Console {
  /** Starts the city, its accounts and its prepared texts. */
  static async start(name, more = {}) {
    const made = new Console();
    made.city = new City(name);
    await made.city.simulator();
    made.env = { KAIRAN_CONSOLE_DEMO: 'true', KAIRAN_CONSOLE_FILES: consoleFiles, ...more };
    made.gateway = await made.city.gateway({ env: made.env });
    made.url = made.gateway.consoleUrl;
    for (const [account, [role, section]] of Object.entries(roles)) {
      await made.kairan(['account', 'add', account, '--role', role, '--section', section], `${password}\n`);
    }
    made.browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
    return made;
  }

  /** Runs a command beside the gateway; throws when it fails. */
  kairan(args, input = '') {
    return this.city.must(kairanPath, args, { input });
  }

  /** Phones, and what their owners chose: rows of user_id,district,children without the id. */
  async residents(settings) {
    const { ids } = (await http('POST', `${this.city.simulatorUrl}/sim/users`, { count: settings.length, follow: 'webhook' })).json;
    const file = join(this.city.folder, 'people.csv');
    writeFileSync(file, `user_id,district,children\n${ids.map((id, index) => `${id},${settings[index]}`).join('\n')}\n`);
    await this.kairan(['subscribers', 'import', file]);
    return ids;
  }

  async phone(id) {
    return JSON.stringify((await http('GET', `${this.city.simulatorUrl}/sim/users/${id}/messages`)).json);
  }

  async staff(name) {
    return new Staff(this.url).login(name, password);
  }

  /** Written by one officer, published by another. */
  async frames() {
    const [one, two] = [await this.staff('emergency'), await this.staff('bousai')];
    const frames = [
      { id: 'hinan', use: 'emergency', title: '避難指示（見本）', fields: { area: { label: '対象の地区', districts: true }, place: { label: '対象の場所', max: 60 }, reason: { label: '理由', max: 60 } },
        document: { messages: [{ type: 'text', text: '【避難指示】[[area]]（[[place]]）\n理由：[[reason]]\n危ない場所からすぐに離れてください。（見本）' }] } },
      { id: 'kaijo', use: 'emergency', title: '避難指示の解除（見本）', fields: { place: { label: '対象の場所', max: 60 } },
        document: { messages: [{ type: 'text', text: '[[place]]の避難指示は解除されました。（見本）' }] } },
      { id: 'teisei', use: 'correct', title: '訂正', fields: { right: { label: '正しい内容', max: 200 } },
        document: { messages: [{ type: 'text', text: '先ほどのお知らせを訂正します。\n[[right]]' }] } },
    ];
    for (const frame of frames) {
      await one.must('POST', '/templates', frame);
      await two.must('POST', `/templates/${frame.id}/publish`, {});
    }
  }

  /** A browser of one's own, signed in by the form. What went wrong in it is in page.problems. */
  async open(name, { width = 1280, height = 900, signIn = true } = {}) {
    const context = await this.browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo', viewport: { width, height } });
    const page = await context.newPage();
    page.setDefaultTimeout(60000);
    page.problems = [];
    page.allowed = []; // what a test makes go wrong on purpose
    const note = (text) => {
      if (!page.allowed.some((each) => each.test(text))) page.problems.push(`${new URL(page.url()).pathname}: ${text}`);
    };
    page.on('pageerror', (error) => note(`script: ${error.message}`));
    page.on('console', (message) => {
      // A refused request is reported below with its address; the page asks who is signed in before anybody is.
      if (['error', 'warning'].includes(message.type()) && !/^Failed to load resource/.test(message.text())) note(`console: ${message.text()}`);
    });
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') note(`request: ${request.url()} ${request.failure()?.errorText}`);
    });
    page.on('response', (answer) => {
      const asksWho = answer.status() === 401 && answer.url().endsWith('/api/v1/session');
      if (answer.status() >= 400 && !asksWho) answer.text().catch(() => '').then((text) => note(`answer: ${answer.status()} ${answer.request().method()} ${new URL(answer.url()).pathname} ${text.slice(0, 300)}`));
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.url) && !/^(data|blob):/.test(request.url())) note(`foreign: ${request.url()}`);
    });
    await page.goto(`${this.url}/`);
    if (signIn) await this.signIn(page, name);
    return page;
  }

  async signIn(page, name) {
    await page.getByLabel('アカウント名').fill(name);
    await page.getByLabel('パスワード').fill(password);
    await page.getByRole('button', { name: 'ログイン' }).click();
    await page.getByRole('heading', { level: 1, name: 'ホーム' }).waitFor();
  }

  async stop() {
    await this.browser.close();
    equal(await this.gateway.stop(), 0, 'exit code of the gateway');
    await this.city.stopAll();
  }
}

/** Nothing loads, nothing is announced as loading. */
export async function settled(page) {
  // A page that follows a stream never falls silent.
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
  await until('the page has loaded', async () => (await page.locator('main .loading').count()) === 0, 20000);
}
