// Residents write while the gateway and its Redis are killed (SIGKILL) at random moments. Each resident writes once; in the
// end the simulator must have accepted exactly one answer for each event that was acknowledged, and none may be lost.
// A second part takes Redis away altogether for a while: each event is answered once, late, or counted as expired.
// usage: node kill.mjs [--kairan PATH] [--events N] [--kills N] [--away SECONDS] [--seed N]
//   the test run uses few kills; scripts/bench kill uses 10,000 events, 60 kills and 90 s.
import { readFileSync } from 'node:fs';
import { Checks, City, delay, equal, generator, http, option, truthy, until } from './lib.mjs';

const events = Number(option('events', '300'));
const kills = Number(option('kills', '6'));
const awaySeconds = Number(option('away', '8'));
const seed = Number(option('seed', String(Date.now() % 100000)));

const random = generator(seed);
const texts = ['ペットボトルの捨て方', '燃えるごみはいつ？', '住民票がほしい', 'ありがとう', '段ボールは？', 'うちの猫がかわいい'];
const checks = new Checks();
const city = new City('kill');
const sim = (method, path, body) => http(method, `${city.simulatorUrl}/sim/${path}`, body, {}, 30000);
const stats = async () => (await sim('GET', 'stats')).json;

async function makeResidents(count) {
  const ids = [];
  while (ids.length < count) {
    const made = await sim('POST', 'users', { count: Math.min(1000, count - ids.length) });
    equal(made.status, 200, 'residents');
    ids.push(...made.json.ids);
  }
  return ids;
}

/** Each resident writes once, at about `perSecond`. */
async function everybodyWrites(ids, perSecond) {
  const start = Date.now();
  for (let i = 0; i < ids.length; i += 1) {
    const said = await sim('POST', `users/${ids[i]}/say`, { text: texts[i % texts.length] });
    equal(said.status, 200, 'say');
    const wait = start + (1000 * (i + 1)) / perSecond - Date.now();
    if (wait > 0) await delay(wait);
  }
}

async function metric(gateway, name) {
  const text = (await http('GET', `${gateway.consoleUrl}/metrics`)).text;
  let sum = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}

console.log(`seed ${seed}: ${events} events, ${kills} kills, ${awaySeconds} s without Redis`);
await city.simulator(['--redelivery', '1s,2s,5s,10s,20s,30s,60s']);
let gateway = await city.gateway();
let stopping = false;
let gatewayKills = 0;
let redisKills = 0;

/** What systemd does: a gateway that ended is started again at once. */
async function supervise() {
  while (!stopping) {
    await gateway.ended;
    if (stopping) return;
    gateway = await city.gateway({ wait: false });
  }
}
const supervisor = supervise();

await checks.test('every acknowledged event is answered exactly once under kill -9', async () => {
  const ids = await makeResidents(events);
  await sim('POST', 'reset', { what: 'counters' });
  const perSecond = Math.min(100, Math.max(20, events / Math.max(1, kills)));
  let writing = true;
  const writers = everybodyWrites(ids, perSecond).finally(() => {
    writing = false;
  });
  const pause = (1000 * events) / perSecond / (kills + 1);
  for (let kill = 0; kill < kills; kill += 1) {
    await delay(pause * (0.5 + random()));
    const what = random();
    if (what < 0.4 || what >= 0.8) {
      gateway.kill('SIGKILL');
      gatewayKills += 1;
    }
    if (what >= 0.4) {
      for (const pid of city.redisPids()) {
        try {
          process.kill(pid, 'SIGKILL');
          redisKills += 1;
        } catch {
          /* it has ended */
        }
      }
    }
    if (!writing && kill > kills * 2) break;
  }
  await writers;
  await until('the simulator has handed over every event', async () => {
    const now = await stats();
    return now.webhooks.taken + now.webhooks.given_up >= events && now.webhooks.pending === 0;
  }, 240000, 250);
  await until('every event is answered', async () => (await sim('GET', 'histogram')).json.never === 0, 120000, 250)
    .catch(() => undefined);
  await delay(1500); // a second answer, if there were one, would follow
  const seen = (await sim('GET', 'histogram')).json;
  const numbers = await stats();
  console.log(`    kills: gateway ${gatewayKills}, Redis ${redisKills}; ` +
    `acknowledged ${numbers.webhooks.taken}, redelivered ${numbers.webhooks.redeliveries}, ` +
    `answered by ${JSON.stringify(numbers.accepted)}, refusals ${JSON.stringify(numbers.refusals)}`);
  equal(numbers.webhooks.given_up, 0, 'events the gateway never took');
  equal({ once: seen.once, never: seen.never, more: seen.more }, { once: events, never: 0, more: 0 },
    'residents by how often they were answered');
});

await checks.test('with Redis away events are taken, and each is answered once or counted as expired', async () => {
  await city.ready(gateway);
  const count = Math.max(20, Math.min(200, events / 10)) | 0;
  const ids = await makeResidents(count);
  await sim('POST', 'reset', { what: 'counters' });
  // Stopped, not killed: the worst case, a Redis that accepts and never answers.
  const pids = city.redisPids();
  truthy(pids.length > 0, 'no Redis to stop');
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await everybodyWrites(ids, 50);
    await until('all events are acknowledged without Redis', async () => (await stats()).webhooks.taken === count, 60000, 250);
    const slowest = (await stats()).webhooks.slowest_ms;
    truthy(slowest < 2000, `the slowest acknowledgement took ${slowest} ms; LINE waits 2000`);
    console.log(`    ${count} events taken without Redis, the slowest in ${slowest} ms`);
    await delay(awaySeconds * 1000);
  } finally {
    for (const pid of city.redisPids()) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        /* it has ended */
      }
    }
  }
  await until('each is answered or expired', async () => {
    const seen = (await sim('GET', 'histogram')).json;
    const expired = await metric(gateway, 'kairan_replies_total{outcome="expired"}').catch(() => 0);
    return seen.recipients + expired >= count;
  }, 120000, 250);
  await delay(1000);
  const seen = (await sim('GET', 'histogram')).json;
  console.log(`    answered ${seen.recipients} by ${JSON.stringify((await stats()).accepted)}`);
  equal(seen.more, 0, 'residents answered more than once');
});

await checks.test('the gateway stops in order on SIGTERM and leaves no Redis behind', async () => {
  stopping = true;
  equal(await gateway.stop(), 0, 'exit status');
  await until('Redis has ended', async () => city.redisPids().length === 0, 15000);
});

stopping = true;
await city.stopAll();
await supervisor;
if (checks.failed > 0) console.log(readFileSync(gateway.log, 'utf8').slice(-4000));
city.remove();
checks.finish();
