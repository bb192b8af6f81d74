// A night at the emergency desk in a real browser: a warning comes in and waits, a person looks after it and releases it, the right
// phones show it, a correction follows, the menu is switched for everyone and back, a drill and a practice stay what they are.
// usage: node desk.mjs [--kairan PATH] [--console FOLDER] [--out FOLDER]
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { Console, out, settled } from './console_lib.mjs';
import { Checks, equal, http, truthy, until } from './lib.mjs';
import { telegramName, warning } from './telegrams.mjs';

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'kairan-telegrams-'));
const desk = await Console.start('desk', { KAIRAN_CAP_FOLDER: folder });
await desk.frames();
await desk.kairan(['menus', 'publish']);
const phones = await desk.residents(['nanaura,', 'hama,', ',']);
const [right, elsewhere, undeclared] = phones;

let telegrams = 0;
const arrives = (what) => {
  const name = telegramName(new Date(), (telegrams += 1));
  writeFileSync(join(folder, `.${name}`), warning({ headline: '見本', ...what }));
  renameSync(join(folder, `.${name}`), join(folder, name));
};
const view = async (id) => (await http('GET', `${desk.city.simulatorUrl}/sim/users/${id}/messages`)).json;
const button = (place, name) => place.getByRole('button', { name, exact: true });
const inDialog = (page, name) => button(page.getByRole('dialog'), name);
const cleanOf = (page) => equal(page.problems, [], 'what went wrong in the browser');
/** What the page looks like on a desk and on a tablet. */
async function shots(page, name) {
  for (const width of [1280, 820]) {
    await page.setViewportSize({ width, height: 900 });
    await settled(page);
    await page.screenshot({ path: join(out, `desk-${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
/** Every broadcast of the last day as the API lists it, newest first. */
const broadcasts = async () => (await (await desk.staff('bousai')).must('GET', '/broadcasts')).json.items;

const page = await desk.open('bousai');
const answers = [];
page.on('response', async (answer) => {
  if (answer.request().method() === 'POST' && /\/api\/v1\/broadcasts(\/\w+\/actions\/\w+)?$/.test(new URL(answer.url()).pathname)) {
    answers.push(`${answer.status()} ${new URL(answer.url()).pathname} ${await answer.text().catch(() => '')}`);
  }
});
await page.getByRole('link', { name: '緊急配信' }).first().click();
await page.getByRole('heading', { level: 1, name: '緊急配信' }).waitFor();
const waiting = page.locator('article.alert');

await checks.test('the desk at rest', async () => {
  await page.getByRole('heading', { name: '避難所' }).waitFor();
  equal(await waiting.count(), 0, 'warnings that wait');
  const shelters = await page.locator('.shelters tbody tr td:nth-child(2)').allInnerTexts();
  equal(shelters.filter((name) => /^[a-z]/.test(name)), [], 'districts shown by their ids');
  await shots(page, 'rest');
  cleanOf(page);
});

await checks.test('a warning arrives and waits for a person: nothing has left', async () => {
  arrives({ code: '03', name: '大雨警報' });
  await waiting.first().waitFor();
  truthy((await waiting.first().innerText()).includes('大雨'), await waiting.first().innerText());
  for (const id of phones) truthy(!(await desk.phone(id)).includes('大雨'), 'a phone shows it already');
  await shots(page, 'held');
  cleanOf(page);
});

await checks.test('a drill telegram appears on no phone and cannot be released', async () => {
  arrives({ code: '33', name: '大雨特別警報', control: '訓練', headline: '訓練です' });
  await page.getByText('訓練の電文のため送りません').first().waitFor();
  equal(await waiting.count(), 1, 'warnings that wait');
  for (const id of phones) truthy(!(await desk.phone(id)).includes('特別警報'), 'a phone shows the drill');
});

await checks.test('whoever looks after it is named, and it still waits', async () => {
  await waiting.first().getByRole('button', { name: /見ています/ }).click();
  await until('the name is shown', async () => (await waiting.first().innerText()).includes('bousai'));
  await shots(page, 'in-hand');
});

await checks.test('released by a person in two presses, the phones of the city show it', async () => {
  await button(waiting.first(), 'この内容で送信する').click();
  await inDialog(page, 'いま送信する').waitFor();
  await page.screenshot({ path: join(out, 'desk-release.png') });
  await inDialog(page, 'いま送信する').click();
  for (const id of phones) await until('the phone shows it', async () => (await desk.phone(id)).includes('大雨'));
  await until('the desk is empty', async () => (await waiting.count()) === 0);
  await shots(page, 'released');
  cleanOf(page);
});

await checks.test('a correction follows, to the same phones', async () => {
  await page.getByRole('link', { name: '訂正・取消' }).first().click();
  await page.getByLabel('正しい内容').fill('警報の対象は沿岸の地域です。（見本）');
  await button(page, '訂正を送る').click();
  await inDialog(page, 'いま送信する').click();
  for (const id of phones) await until('the phone shows it', async () => (await desk.phone(id)).includes('訂正します'));
  await shots(page, 'corrected');
  cleanOf(page);
});

/** Sends from the desk in the browser. @return the broadcast's state and document as the API has them */
async function sendFromDesk(kind, press, district = '七浦') {
  await page.goto(`${desk.url}/emergency`);
  await page.locator(`.desk-kind-${kind}`).click();
  await page.locator('.desk').getByText('避難指示（見本）', { exact: true }).click();
  await page.getByLabel('対象の場所').fill(`${district}地区`);
  await page.getByLabel('理由').fill('大雨');
  await page.locator('.segment-choice', { hasText: district }).click();
  await page.locator('.desk-count').waitFor();
  await page.locator('.phone-chat').getByText('避難指示').first().waitFor();
  await shots(page, `kind-${kind}`);
  await page.locator('.desk').getByRole('button', { name: /確認へ$/ }).click();
  await inDialog(page, press).waitFor();
  await page.screenshot({ path: join(out, `desk-ask-${kind}.png`) });
  const before = answers.length;
  await inDialog(page, press).click();
  await page.waitForURL(/\/broadcasts\/\w+$/).catch((error) => {
    throw new Error(`${error.message}\nanswers: ${answers.slice(before).join('\n')}`);
  });
  const id = /broadcasts\/(\w+)$/.exec(page.url())[1];
  const staff = await desk.staff('bousai');
  let view;
  await until(`${kind} is over`, async () => {
    view = (await staff.must('GET', `/broadcasts/${id}`)).json;
    return /^sent|failed/.test(view.summary.state);
  }).catch((error) => {
    throw new Error(`${error.message}\nanswers: ${answers.slice(before).join('\n')}\n${JSON.stringify(view.summary)}`);
  });
  equal(view.summary.kind, kind, 'kind');
  equal(view.summary.state, 'sent', `state (${view.summary.reason ?? ''})`);
  await shots(page, `sent-${kind}`);
  cleanOf(page);
}

await checks.test('a practice runs to its end and reaches no phone', async () => {
  await sendFromDesk('practice', '練習する');
  for (const id of phones) truthy(!/避難指示|練習/.test(await desk.phone(id)), 'a phone shows the practice');
});

await checks.test('a public drill reaches the district, begun with its mark, and nobody else', async () => {
  await sendFromDesk('drill', '訓練を送信する');
  for (const id of [right, undeclared]) {
    await until('the phone shows it', async () => (await desk.phone(id)).includes('避難指示'));
    truthy((await desk.phone(id)).includes('【訓練】'), 'the mark is missing');
  }
  truthy(!(await desk.phone(elsewhere)).includes('避難指示'), 'another district shows it');
});

await checks.test('live reaches the district, without a mark', async () => {
  await sendFromDesk('live', 'いま送信する', '浜');
  await until('the phone shows it', async () => (await desk.phone(elsewhere)).includes('避難指示'));
  truthy(!(await desk.phone(elsewhere)).includes('【訓練】'), 'the drill mark on a live order');
});

await checks.test('the menu is switched for everyone, the words on the phones too, and back', async () => {
  await page.goto(`${desk.url}/emergency`);
  const menu = async (id) => JSON.stringify((await view(id)).richMenu ?? null);
  const before = await menu(right);
  await button(page, '全員を防災メニューに切り替える').click();
  for (const id of phones) equal(await menu(id), before, 'the menu before it is confirmed');
  await inDialog(page, '切り替える').click();
  await page.getByText('全員のメニューが防災用になっています。').waitFor();
  await page.getByText('いまは受け付けていません。').waitFor({ state: 'detached' });
  for (const id of phones) await until('the phone shows another menu', async () => (await menu(id)) !== before);
  await shots(page, 'menu-disaster');
  await button(page, 'ふだんのメニューに戻す').click();
  await inDialog(page, '戻す').click();
  await page.getByText('ふだんのメニューが表示されています。').waitFor();
  for (const id of phones) await until('the phone shows the usual menu', async () => (await menu(id)) === before);
  cleanOf(page);
});

await checks.test('a shelter opened at the desk is in the answer to 避難所', async () => {
  const row = page.locator('.shelters tbody tr').first();
  const name = (await row.locator('td').first().innerText()).split('\n')[0];
  await row.getByRole('button', { name: /^開設/ }).click();
  await row.locator('.badge', { hasText: '開設' }).waitFor();
  await http('POST', `${desk.city.simulatorUrl}/sim/users/${right}/say`, { text: '避難所' });
  await until('the phone shows it', async () => (await desk.phone(right)).includes(name));
  await shots(page, 'shelter-open');
  cleanOf(page);
});

console.log(`screenshots: ${out}`);
await desk.stop();
rmSync(folder, { recursive: true, force: true });
if (checks.failed === 0) desk.city.remove();
checks.finish();
