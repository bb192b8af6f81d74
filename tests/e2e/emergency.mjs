// Redis and its disk are gone: the warning leaves from the sealed snapshot. Killed in the middle and started again, each resident
// has it exactly once, as the simulator counts; another key, an old snapshot and a second person's file are refused or asked about;
// afterwards it stands in the register.
// usage: node emergency.mjs [--kairan PATH] [--people 3000]
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, equal, http, kairanPath, option, truthy, until } from './lib.mjs';

const people = Number(option('people', '3000'));
const checks = new Checks();
const city = new City('emergency');
await city.simulator(['--users', String(people), '--multicast-ms', '400', '--no-rates']);
const key = 'ab'.repeat(32);
const snapshot = join(city.folder, 'people.snapshot');
const env = { KAIRAN_DATA_KEY: key, KAIRAN_EMERGENCY_SNAPSHOT: snapshot };
let gateway = await city.gateway({ env });

function start(args, { input = '', more = {} } = {}) {
  const child = spawn(kairanPath, args, {
    cwd: city.folder,
    env: { PATH: process.env.PATH, HOME: city.folder, LC_ALL: 'C.UTF-8', ASAN_OPTIONS: 'detect_leaks=0', ...city.environment(1, 2), ...env, ...more },
  });
  const run = { child, out: '', err: '' };
  child.stdout.on('data', (piece) => { run.out += piece; });
  child.stderr.on('data', (piece) => { run.err += piece; });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  run.ended = new Promise((done) => child.on('close', (code, signal) => done({ code: code ?? signal, out: run.out, err: run.err })));
  return run;
}
const kairan = (args, more) => start(args, more).ended;
const sends = async (text) => (await http('GET', `${city.simulatorUrl}/sim/histogram?contains=${encodeURIComponent(text)}&endpoint=multicast`)).json;

const text = join(city.folder, 'text.txt');
writeFileSync(text, '見本：大雨のため避難してください。\n\n[en]\nSample: evacuate because of heavy rain.\n');
const order = ['emergency', '--from-snapshot', '--everyone', '--title', '避難指示（見本）', '--text', text, '--as', 'bousai'];
const ledgers = () => (existsSync(join(city.folder, 'ledgers')) ? readdirSync(join(city.folder, 'ledgers')) : []);

await checks.test('the night work of the first start writes the snapshot, readable for the service alone', async () => {
  await until('the snapshot is there', () => existsSync(snapshot), 60000);
  const written = await kairan(['emergency', 'snapshot']);
  equal(written.code, 0, written.err);
  truthy(written.out.includes(`${people}人`), `the snapshot names another number: ${written.out}`);
  const bytes = readFileSync(snapshot);
  const ids = (await http('GET', `${city.simulatorUrl}/sim/users.csv`)).text.match(/U[0-9a-f]{32}/g);
  truthy(ids.length >= people, `${ids.length} ids`);
  equal(ids.filter((id) => bytes.includes(id) || bytes.includes(Buffer.from(id.slice(1), 'hex'))).length, 0, 'ids in clear');
});

await gateway.stop();
for (const pid of city.redisPids()) process.kill(pid, 'SIGKILL');
renameSync(city.dataDir, join(city.folder, 'lost'));

await checks.test('another key is refused, and nothing is sent', async () => {
  const refused = await kairan([...order, '--yes'], { more: { KAIRAN_DATA_KEY: 'cd'.repeat(32) } });
  equal(refused.code, 1, refused.err);
  truthy(refused.err.includes('別の鍵'), refused.err);
  equal((await sends('避難してください')).once, 0, 'sent');
});

await checks.test('it asks before it sends, and a no sends nothing', async () => {
  const asked = await kairan(order, { input: 'いいえ\n' });
  equal(asked.code, 1, asked.err);
  truthy(asked.out.includes(`全域、${people}人`), asked.out);
  truthy(asked.out.includes('0時間前'), `it does not say how old the snapshot is: ${asked.out}`);
  equal((await sends('避難してください')).once, 0, 'sent');
});

await checks.test('killed in the middle and started again, each resident has it once', async () => {
  const first = start([...order, '--yes'], { more: { KAIRAN_BROADCAST_RATE: '4' } });
  await until('some have it', async () => (await sends('避難してください')).once > 0, 30000, 20);
  first.child.kill('SIGKILL');
  await first.ended;
  const middle = await sends('避難してください');
  truthy(middle.once < people, 'it was killed after the end');
  const second = await kairan([...order, '--yes']);
  equal(second.code, 0, second.err + second.out);
  const after = await sends('避難してください');
  equal([after.once, after.more, after.never], [people, 0, 0], 'once, more, never');
  equal(ledgers().length, 1, 'ledgers');
});

await checks.test('started a third time it sends nothing more', async () => {
  const third = await kairan([...order, '--yes']);
  equal(third.code, 0, third.err);
  equal((await sends('避難してください')).more, 0, 'twice');
});

const ledger = join(city.folder, 'ledgers', ledgers()[0]);
await checks.test('a start whose ledger is gone stops instead of believing that all is new', async () => {
  const other = await kairan([...order, '--yes', '--ledger', join(city.folder, 'other.ledger')]);
  equal(other.code, 1, other.out);
  equal((await sends('避難してください')).more, 0, 'twice');
});

await checks.test('afterwards the register has it, once', async () => {
  gateway = await city.gateway({ env });
  for (let time = 0; time < 2; time += 1) {
    const taken = await kairan(['emergency', 'take-over', ledger, '--as', 'bousai']);
    equal(taken.code, 0, taken.err);
    truthy(taken.out.includes('1番'), taken.out);
  }
});

await gateway.stop();
for (const pid of city.redisPids()) process.kill(pid, 'SIGKILL');
await city.stopAll();
city.remove();
checks.finish();
