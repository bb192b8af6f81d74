// A backup in the middle of a send, the machine lost, the backup put back on an empty one: the register and the pictures are the
// same, the unfinished broadcast is held and nothing leaves by itself; let go on by a person, it reaches everyone once.
// usage: node restore.mjs [--kairan PATH]
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, delay, equal, http, kairanPath, truthy, until } from './lib.mjs';

const checks = new Checks();
const city = new City('restore');
const people = 1500; // three batches, one after the other, each slow enough for a backup beside it
await city.simulator(['--users', String(people), '--multicast-ms', '1500']);
const env = { KAIRAN_BROADCAST_SENDERS: '1' };
let gateway = await city.gateway({ env });

const kairan = (args, input = '') => city.must(kairanPath, args, { input, env });
const status = async (id) => JSON.parse(await kairan(['broadcast', 'status', id, '--json']));
const phones = async (text) => (await http('GET', `${city.simulatorUrl}/sim/histogram?contains=${encodeURIComponent(text)}`)).json;

for (const [name, role] of [['kaku', 'author'], ['shonin', 'approver']]) {
  await kairan(['account', 'add', name, '--role', role, '--section', '福祉課'], 'matsuri-no-taiko-42\n');
}
const csv = join(city.folder, 'people.csv');
const { text: followers } = await http('GET', `${city.simulatorUrl}/sim/users.csv`);
writeFileSync(csv, followers);
await kairan(['subscribers', 'import', csv]);

async function order(title) {
  const file = join(city.folder, 'document.json');
  writeFileSync(file, JSON.stringify({ title, section: '福祉課', segment: 'everyone', messages: [{ type: 'text', text: `${title}（見本）` }] }));
  const id = await kairan(['broadcast', 'create', file, '--as', 'kaku']);
  await kairan(['broadcast', 'submit', id, '--as', 'kaku']);
  await kairan(['broadcast', 'approve', id, '--as', 'shonin']);
  await kairan(['broadcast', 'send', id, '--as', 'kaku']);
  return id;
}

const backup = join(city.folder, 'middle.kairan');
let unfinished;
let register;
const pixels = Buffer.from('a picture as it was stored');
const picture = `${createHash('sha256').update(pixels).digest('hex')}.png`;

await checks.test('a backup is made while a broadcast is being sent', async () => {
  const over = await order('先に送ったお知らせ');
  await until('the first is over', async () => (await status(over)).state === 'sent', 60000);
  register = await until('the register has it', async () => {
    const text = await kairan(['broadcast', 'register']);
    return text.includes('先に送ったお知らせ') ? text : undefined;
  }, 90000, 500);
  mkdirSync(join(city.dataDir, 'media'), { recursive: true });
  writeFileSync(join(city.dataDir, 'media', picture), pixels);
  unfinished = await order('途中のお知らせ');
  await until('a batch has left', async () => (await status(unfinished)).batches.accepted >= 1, 60000, 20);
  const said = await kairan(['backup', backup]);
  truthy(said.includes('画像 1 枚'), `the picture is not said to be in it: ${said}`);
  const now = await status(unfinished);
  equal(now.state, 'sending', 'state after the backup');
});

await checks.test('put back on an empty machine, the register and the pictures are the same and the rest is held', async () => {
  gateway.kill('SIGKILL');
  await gateway.ended;
  for (const pid of city.redisPids()) process.kill(pid, 'SIGKILL');
  await until('Redis is gone', async () => city.redisPids().length === 0);
  // Another machine has the backup and, from the safe, the data key.
  copyFileSync(join(city.dataDir, 'data_key'), join(city.folder, 'data_key'));
  for (const entry of readdirSync(city.dataDir)) rmSync(join(city.dataDir, entry), { recursive: true });
  copyFileSync(join(city.folder, 'data_key'), join(city.dataDir, 'data_key'));
  await kairan(['restore', backup]);
  // What the killed gateway had on its way has arrived by now.
  await delay(2000);
  const before = await phones('途中');
  gateway = await city.gateway({ env });
  await until('the unfinished broadcast is held', async () => (await status(unfinished)).state === 'held', 30000);
  truthy((await status(unfinished)).reason.includes('バックアップ'), 'the reason is not said');
  equal(await kairan(['broadcast', 'register']), register, 'the register');
  equal((await http('GET', `${gateway.publicUrl}/m/${picture}`)).status, 200, 'the picture');
  await delay(3000); // two batches' time of a gateway that would go on
  equal(await phones('途中'), before, 'what the phones got');
});

await checks.test('let go on by a person, it reaches nobody twice', async () => {
  await kairan(['broadcast', 'resume', unfinished, '--as', 'shonin']);
  // Sent to its end, or paused by the alarm when a batch had left between the backup and the loss.
  const state = await until('it came to rest', async () => {
    const now = (await status(unfinished)).state;
    return ['sent', 'paused'].includes(now) ? now : undefined;
  }, 60000, 200);
  const got = await phones('途中');
  equal(got.more, 0, 'phones that show it twice');
  if (state === 'sent') equal(got.once, people, 'phones that show it once');
});

await checks.test('the gateway ended orderly', async () => equal(await gateway.stop(), 0, 'exit code'));
await city.stopAll();
if (checks.failed === 0) city.remove();
checks.finish();
