// The promises of the door, on the real program: on disk before the 200 (a system call trace shows it), 503 when there is
// nowhere to write, one effect however often and to however many processes an event comes, and nothing a resident wrote in
// any log or store.
// usage: node durable.mjs [--kairan PATH]
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Checks, City, delay, equal, freePort, http, sign, truthy, until } from './lib.mjs';

const checks = new Checks();
const secretText = 'ひみつの質問ペットボトル4711';

function textEvent(id, user, text = secretText, replyToken = randomBytes(16).toString('hex')) {
  return {
    type: 'message',
    message: { type: 'text', id: '500000000000000001', quoteToken: 'q', text },
    webhookEventId: id,
    deliveryContext: { isRedelivery: false },
    timestamp: Date.now(),
    source: { type: 'user', userId: user },
    replyToken,
    mode: 'active',
  };
}
let last = 0;
const eventId = () => `01K0E2E${String((last += 1)).padStart(19, '0')}`;
const userId = () => `U${randomBytes(16).toString('hex')}`;

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Lines of an `strace -f` output, a call that was interrupted by others joined at the place where it returned. */
function calls(trace) {
  const open = new Map();
  const out = [];
  for (const line of trace.split('\n')) {
    const match = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line);
    if (!match) continue;
    const [, pid, , rest] = match;
    if (rest.endsWith('<unfinished ...>')) {
      open.set(pid, { text: rest.slice(0, -'<unfinished ...>'.length), begun: out.length });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const before = resumed ? open.get(pid) : undefined;
    open.delete(pid);
    out.push({ pid, text: before ? before.text + resumed[1] : rest });
  }
  return out;
}

async function traceTest() {
  const probe = spawnSync('strace', ['-o', '/dev/null', 'true']);
  if (probe.error || probe.status !== 0) {
    checks.skip('the append-only file is synced before the 200', 'strace cannot trace here');
    return;
  }
  const city = new City('trace');
  const trace = join(city.folder, 'trace');
  city.publicPort = await freePort();
  city.simulatorUrl = `http://127.0.0.1:${await freePort()}`; // nobody: answers are not looked at here
  const gateway = await city.gateway({
    wrap: ['strace', '-f', '-ttt', '-y', '-s', '16384', '-e', 'trace=write,writev,sendto,sendmsg,fdatasync,fsync', '-o', trace],
  });
  const id = eventId();
  equal((await city.webhook(gateway.publicUrl, [textEvent(id, userId())])).status, 200, 'webhook');
  const seen = await until('the trace shows the answer', () => {
    const list = calls(readFileSync(trace, 'latin1'));
    return list.some((call) => /^(write|writev|sendto|sendmsg)\(.*HTTP\/1\.1 200/.test(call.text) && !/readyz|metrics/.test(call.text)) ? list : undefined;
  });
  await city.stopAll();

  await checks.test('the append-only file is written and synced before the 200 leaves', () => {
    const file = /\.aof>/;
    const written = seen.findIndex((call) => /^write\(/.test(call.text) && file.test(call.text) && call.text.includes(id));
    truthy(written >= 0, 'the event is not in the append-only file');
    const synced = seen.findIndex((call, at) => at > written && /^(fdatasync|fsync)\(/.test(call.text) && file.test(call.text) && / = 0$/.test(call.text));
    truthy(synced > written, 'the append-only file was not synced after the write');
    const redis = seen[written].pid;
    const told = seen.findIndex((call, at) => at > written && call.pid === redis && /^(write|writev|sendto)\(/.test(call.text) && /sock/i.test(call.text));
    truthy(told > synced, 'Redis answered before its file was synced');
    const after = seen.slice(synced).some((call) => call.pid !== redis && /HTTP\/1\.1 200/.test(call.text));
    const before = seen.slice(written, synced).some((call) => call.pid !== redis && /HTTP\/1\.1 200/.test(call.text));
    truthy(after && !before, 'the 200 left before the sync');
  });
  if (checks.failed === 0) city.remove();
}

async function spoolTest() {
  const city = new City('spool');
  city.publicPort = await freePort();
  city.simulatorUrl = `http://127.0.0.1:${await freePort()}`;
  const gateway = await city.gateway({ args: ['--fault', 'spool-fsync'] });
  await checks.test('with Redis gone and the spool unable to sync, the webhook gets 503', async () => {
    equal((await city.webhook(gateway.publicUrl, [textEvent(eventId(), userId())])).status, 200, 'with Redis');
    for (const pid of city.redisPids()) process.kill(pid, 'SIGSTOP');
    const start = Date.now();
    const answer = await city.webhook(gateway.publicUrl, [textEvent(eventId(), userId())]);
    for (const pid of city.redisPids()) process.kill(pid, 'SIGCONT');
    equal(answer.status, 503, 'without either');
    truthy(Date.now() - start < 2000, 'the 503 took longer than LINE waits');
  });
  await city.stopAll();
  city.remove();
}

async function onceTest() {
  const city = new City('once');
  const captured = [];
  city.publicPort = await freePort();
  const capture = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      captured.push({ body: Buffer.concat(pieces).toString(), signature: request.headers['x-line-signature'] });
      response.end();
    });
  }).listen(city.publicPort, '127.0.0.1');
  await city.simulator();
  const first = await city.gateway({ publicPort: await freePort(), name: 'gateway-a' });
  const second = await city.gateway({ publicPort: await freePort(), name: 'gateway-b' });
  const count = 20;

  await checks.test('one event sent five times to each of two processes is answered once', async () => {
    const made = await http('POST', `${city.simulatorUrl}/sim/users`, { count });
    for (const id of made.json.ids) await http('POST', `${city.simulatorUrl}/sim/users/${id}/say`, { text: secretText });
    await until('webhooks are captured', () => captured.length >= count);
    for (const each of captured) equal(each.signature, sign(city.secret, each.body), 'signature by the simulator');
    const answers = await Promise.all(captured.flatMap(({ body, signature }) =>
      Array.from({ length: 10 }, (_, i) => http('POST', `${(i % 2 ? first : second).publicUrl}/webhook/line`, body, { 'x-line-signature': signature }))));
    equal(answers.filter((answer) => answer.status === 200).length, count * 10, 'acknowledged');
    await until('all are answered', async () => (await http('GET', `${city.simulatorUrl}/sim/histogram`)).json.recipients >= count);
    await delay(1000); // a second answer, if there were one, would follow
    const seen = (await http('GET', `${city.simulatorUrl}/sim/histogram`)).json;
    equal({ once: seen.once, more: seen.more }, { once: count, more: 0 }, 'residents by answers');
  });

  await checks.test('when one of two processes is killed, the other takes its shards over', async () => {
    first.kill('SIGKILL');
    await first.ended;
    captured.length = 0;
    const made = await http('POST', `${city.simulatorUrl}/sim/users`, { count });
    for (const id of made.json.ids) await http('POST', `${city.simulatorUrl}/sim/users/${id}/say`, { text: secretText });
    await until('webhooks are captured', () => captured.length >= count);
    for (const { body, signature } of captured) {
      equal((await http('POST', `${second.publicUrl}/webhook/line`, body, { 'x-line-signature': signature })).status, 200, 'webhook');
    }
    await until('all are answered', async () => (await http('GET', `${city.simulatorUrl}/sim/histogram`)).json.once === 2 * count, 15000);
  });

  const users = (await http('GET', `${city.simulatorUrl}/sim/users?limit=100`)).json.users.map((user) => user.id);
  await city.stopAll();
  capture.close();

  await checks.test('no log and no store holds what residents wrote or who they are', () => {
    const tells = [secretText, ...users.map((id) => id.slice(1))];
    const files = [...filesUnder(city.dataDir), ...city.processes.filter((each) => each.name !== 'simulator').map((each) => each.log)]
      .filter((file) => existsSync(file) && statSync(file).size > 0);
    truthy(files.some((file) => file.endsWith('.aof')), 'no append-only file was looked at');
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const tell of tells) truthy(!bytes.includes(tell), `${file} holds ${tell === secretText ? 'the text' : 'a user id'}`);
      truthy(!bytes.includes(city.secret) && !bytes.includes(city.token), `${file} holds a secret`);
    }
  });
  if (checks.failed === 0) city.remove();
}

for (const part of [onceTest, spoolTest, traceTest]) {
  try {
    await part();
  } catch (error) {
    await checks.test(part.name, () => {
      throw error;
    });
  }
}
checks.finish();
process.exit();
