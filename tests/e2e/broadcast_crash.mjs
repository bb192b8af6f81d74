// A broadcast to everyone while the gateway, its Redis or both are killed (SIGKILL) at a random instant, again and again, each
// time into a fresh send or its freeze, with and without faults of the platform. The simulator is never killed: it counts who
// got what. Every follower must have got every broadcast exactly once, and ledger and simulator must agree.
// usage: node broadcast_crash.mjs --tool PATH [--kairan PATH] [--people N] [--rounds N] [--seed N] [--gateways N]
//   the test run uses few rounds; scripts/bench crash uses 200 with 12,000 people
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Checks, City, delay, equal, generator, http, kairanPath, option, truthy, until } from './lib.mjs';

const people = Number(option('people', '2000'));
const rounds = Number(option('rounds', '8'));
const gateways = Number(option('gateways', '1'));
const seed = Number(option('seed', String(Date.now() % 100000)));
const tool = resolve(option('tool', join(kairanPath, '../../../tests/bench/dispatch_tool')));
const backLimitMs = Number(option('back-ms', '5000'));

const random = generator(seed);
const pick = (list) => list[Math.floor(random() * list.length)];

const checks = new Checks();
const city = new City('crash');
const sim = (method, path, body) => http(method, `${city.simulatorUrl}/sim/${path}`, body, {}, 30000);
const stats = async () => (await sim('GET', 'stats')).json;

/** Runs the tool on the city's store. */
const runTool = async (args, input = '') => JSON.parse(await city.must(tool, args, { input }));
const statusOf = (id) => runTool(['status', id]);

// Slower than LINE allows, so that a send lasts long enough to be hit anywhere.
const environment = { KAIRAN_BROADCAST_RATE: '60' };
await city.simulator(['--users', String(people), '--multicast-ms', '30', '--no-rates']);
const running = [];
let stopping = false;

/** What systemd does: a gateway that ended is started again at once. */
async function supervise(n) {
  while (!stopping) {
    const publicPort = n === 0 ? city.publicPort : undefined;
    running[n] = await city.gateway({ name: `gateway${n}`, env: environment, wait: false, ...(publicPort ? { publicPort } : { publicPort: 0 }) });
    await running[n].ended;
  }
}
const supervisors = Array.from({ length: gateways }, (_, n) => supervise(n));
await until('a gateway', async () => running[0] !== undefined, 20000);
await city.ready(running[0]);
const ids = (await sim('GET', 'users.csv')).text;
await until('followers', async () => (await runTool(['adopt'], ids)).ids === people, 60000);

const kills = { gateway: 0, redis: 0, both: 0 };
const phases = {};
let slowestBack = 0;
const backs = [];

function killRedis() {
  for (const pid of city.redisPids()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      /* it has ended */
    }
  }
}

/** The platform's faults of a round; each ends after some calls, so that the round can end. */
function faults() {
  if (random() < 0.4) return [];
  const one = () => pick([
    { kind: 'status', status: 500 }, { kind: 'status', status: 429 }, { kind: 'status_after', status: 500 },
    { kind: 'drop_before' }, { kind: 'drop_after' }, { kind: 'delay', delay_ms: 300 },
  ]);
  return [0, 1].map(() => ({ on: 'multicast', probability: 0.3, count: 6, ...one() }));
}

async function accepted() {
  const now = await stats();
  return now.accepted?.multicast ?? 0;
}

async function oneRound(round) {
  const title = `第${round}回`;
  await until('every gateway', async () => {
    for (const each of running) truthy((await http('GET', `${each.consoleUrl}/readyz`)).status === 200, 'ready');
    return true;
  }, 60000);
  await sim('POST', 'reset', { what: 'counters' });
  const asked = faults();
  await sim('POST', 'faults', { faults: asked });
  const { id } = await until('the order', () => runTool(['order', pick(['bulk', 'scheduled', 'emergency']), title]), 20000);
  const length = (people / 500) * 17 + 150;
  await delay(random() < 0.3 ? random() * 60 : random() * length);
  const what = pick(['gateway', 'redis', 'both']);
  const before = await accepted();
  const at = Date.now();
  kills[what] += 1;
  if (what !== 'redis') pick(running).kill('SIGKILL');
  if (what !== 'gateway') killRedis();
  // Working again: something of it reaches the platform, or all of it has.
  let last = {};
  await until('work goes on', async () => {
    if ((await accepted()) > before) return true;
    last = await statusOf(id);
    return ['sent', 'sent_with_unknown', 'failed', 'paused', 'held'].includes(last.state);
  }, 60000, 20);
  if (['failed', 'paused', 'held'].includes(last.state)) throw new Error(`${last.state}: ${last.reason}`);
  const back = Date.now() - at;
  backs.push(back);
  slowestBack = Math.max(slowestBack, back);
  phases[before === 0 ? 'before the first batch' : before >= people / 500 ? 'after the last batch' : 'between batches'] =
    (phases[before === 0 ? 'before the first batch' : before >= people / 500 ? 'after the last batch' : 'between batches'] ?? 0) + 1;
  // When all twelve faults meet one batch, with up to half a minute between its tries, that takes minutes.
  const end = await until('all of it is sent', async () => {
    const now = await statusOf(id);
    return ['sent', 'sent_with_unknown', 'failed', 'paused', 'held'].includes(now.state) ? now : undefined;
  }, 420000, 100);
  const seen = (await sim('GET', `histogram?contains=${encodeURIComponent(title)}&endpoint=multicast`)).json;
  const problem = `round ${round}, ${what} killed, faults ${JSON.stringify(asked)}`;
  equal(end.state, 'sent', `state (${problem})`);
  equal({ once: seen.once, never: seen.never, more: seen.more }, { once: people, never: 0, more: 0 }, `residents (${problem})`);
  equal(end.recipients.accepted, people, `the ledger's recipients (${problem})`);
  equal(end.batches.accepted, await accepted(), `the ledger's batches against the simulator's (${problem})`);
}

const began = Date.now();
let done = 0;
console.log(`seed ${seed}: ${rounds} rounds, ${people} people, ${gateways} gateway(s)`);
await checks.test(`every follower gets every broadcast exactly once over ${rounds} kills`, async () => {
  for (let round = 1; round <= rounds; round += 1) {
    await oneRound(round);
    done = round;
    if (round % 10 === 0) {
      console.log(`    ${round} of ${rounds} rounds after ${Math.round((Date.now() - began) / 1000)} s: kills ${JSON.stringify(kills)}, slowest back ${slowestBack} ms`);
    }
  }
});
backs.sort((a, b) => a - b);
console.log(`    kills ${JSON.stringify(kills)}, ${JSON.stringify(phases)}, back after ${backs[backs.length >> 1]} ms (median), ${slowestBack} ms (slowest)`);
await checks.test(`work goes on within ${backLimitMs} ms of a kill`, async () => {
  truthy(slowestBack <= backLimitMs, `the slowest took ${slowestBack} ms`);
});
console.log(JSON.stringify({
  bench: 'crash', seed, rounds, rounds_done: done, people, kills, phases, back_ms: { p50: backs[backs.length >> 1], max: slowestBack },
  seconds: Math.round((Date.now() - began) / 1000), verdict: checks.failed === 0 && done === rounds ? 'PASS' : 'FAIL',
}));

stopping = true;
await city.stopAll();
await Promise.all(supervisors);
if (checks.failed > 0) console.log(readFileSync(running[0].log, 'utf8').slice(-4000));
city.remove();
checks.finish();
