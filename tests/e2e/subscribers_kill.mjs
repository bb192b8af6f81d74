// Two gateways on one store take follows, unfollows and settings in random order, some of them twice, while either of them and
// Redis are killed (SIGKILL) at random moments. What is not acknowledged is sent again until it is, as LINE does. In the end
// who follows and what they chose must be what the acknowledged events say, each by its own time: computed here, apart.
// usage: node subscribers_kill.mjs [--kairan PATH] [--people N] [--events N] [--kills N] [--seed N]
//   the test run uses few kills; scripts/bench subscribers uses 60.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Checks, City, delay, equal, freePort, generator, http, kairanPath, option, root, truthy, until } from './lib.mjs';

const people = Number(option('people', '80'));
const count = Number(option('events', '1200'));
const kills = Number(option('kills', '8'));
const seed = Number(option('seed', String(Date.now() % 100000)));

const random = generator(seed);
const pick = (list) => list[Math.floor(random() * list.length)];

// A part of what content/kashima/attributes.yaml declares. Fewer children than it allows, so that no limit depends on order.
const many = {
  district: ['kashima', 'nogomi', 'furueda', 'hama', 'kitakashima', 'nanaura'],
  topic: ['kosodate', 'kenko', 'kaigo', 'event', 'kouhou'],
  children: ['2019-03', '2021-04-01', '2022-05', '2024-11'],
};
const single = { language: ['ja', 'ja-easy', 'en'], display: ['standard', 'large', 'text'] };

const ids = Array.from({ length: people }, () => `U${randomBytes(16).toString('hex')}`);
const start = Date.now() - 10 * 60 * 1000;
const hex = (n) => n.toString(16).padStart(26, '0').toUpperCase();

/** Events with times of their own, in the order of their times; the number n is also the time. */
function makeEvent(n) {
  const who = Math.floor(random() * people);
  const base = {
    timestamp: start + n * 7, source: { type: 'user', userId: ids[who] }, webhookEventId: `01${hex(n).slice(2)}`,
    deliveryContext: { isRedelivery: false }, mode: 'active',
  };
  const token = { replyToken: randomBytes(16).toString('hex') };
  const kind = random();
  if (kind < 0.25) return { n, who, follow: true, json: { ...base, ...token, type: 'follow', follow: { isUnblocked: false } } };
  if (kind < 0.4) return { n, who, follow: false, json: { ...base, type: 'unfollow' } };
  const attribute = pick([...Object.keys(many), ...Object.keys(single)]);
  const value = pick(many[attribute] ?? single[attribute]);
  const on = random() < 0.6;
  return { n, who, attribute, value, on,
    json: { ...base, ...token, type: 'postback', postback: { data: `set:${attribute}:${value}:${on ? 'on' : 'off'}` } } };
}

/** The state that these events say, taken in this order. */
function stateOf(events) {
  const state = ids.map(() => ({ follows: false, values: {} }));
  for (const event of events) {
    const person = state[event.who];
    if (event.follow !== undefined) {
      person.follows = event.follow;
      continue;
    }
    const chosen = (person.values[event.attribute] ??= new Set());
    if (event.on && single[event.attribute]) chosen.clear();
    if (event.on) chosen.add(event.value);
    else chosen.delete(event.value);
  }
  return state;
}

const checks = new Checks();
const city = new City('subscribers-kill');
await city.simulator();
const gateways = [];
const gatewayKills = [0, 0];
let redisKills = 0;
let stopping = false;

/** What systemd does: a gateway that ended is started again at once, on the same address. */
async function supervise(which) {
  while (!stopping) {
    await gateways[which].ended;
    if (stopping) return;
    gateways[which] = await city.gateway({ publicPort: ports[which], wait: false, name: `gateway-${which}` });
  }
}
const ports = [city.publicPort, await freePort()];
for (const which of [0, 1]) gateways.push(await city.gateway({ publicPort: ports[which], name: `gateway-${which}` }));
const supervisors = [0, 1].map(supervise);

let resent = 0;
const arrived = [];
/** Sends an event to either gateway until one acknowledges it. */
async function deliver(event) {
  for (let attempt = 0; ; attempt += 1) {
    const json = attempt === 0 ? event.json : { ...event.json, deliveryContext: { isRedelivery: true } };
    try {
      const answer = await city.webhook(`http://127.0.0.1:${pick(ports)}`, [json]);
      if (answer.status === 200) {
        arrived.push(event);
        return;
      }
      truthy(answer.status >= 500, `a webhook was answered ${answer.status}`);
    } catch (error) {
      if (/was answered/.test(error.message)) throw error;
    }
    resent += 1;
    truthy(attempt < 1500, `event ${event.n} was never acknowledged`);
    await delay(50 + 100 * random());
  }
}

/** Hands out events in random order of their times, up to 200 at a time; one in ten is handed out once more later. */
function shuffled(more) {
  const waiting = [];
  return () => {
    for (let made = more(); made; made = waiting.length < 200 ? more() : undefined) waiting.push(made);
    if (waiting.length === 0) return undefined;
    const [event] = waiting.splice(Math.floor(random() * waiting.length), 1);
    if (!event.again && random() < 0.1) waiting.push({ ...event, again: true });
    return event;
  };
}

/** Eight senders at about `perSecond` events together, until there are no more. */
async function deliverAll(next, perSecond) {
  const sender = async () => {
    for (let event = next(); event; event = next()) {
      const begun = Date.now();
      await deliver(event);
      const wait = begun + (8 * 1000) / perSecond - Date.now();
      if (wait > 0) await delay(wait);
    }
  };
  await Promise.all(Array.from({ length: 8 }, sender));
}

async function metric(which, name) {
  const { text } = await http('GET', `${gateways[which].consoleUrl}/metrics`);
  return text.split('\n').filter((line) => line.startsWith(`${name} `)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
const processed = () => until('both gateways are ready and every event is processed', async () => {
  for (const which of [0, 1]) {
    await city.ready(gateways[which], 1000);
    if ((await metric(which, 'kairan_spool_bytes')) > 8) return false;
  }
  return (await metric(0, 'kairan_inbox_waiting')) === 0;
}, 120000, 200);

/** Who follows and what they chose, as the program itself exports it. */
function exported(file) {
  const run = spawnSync(kairanPath, ['subscribers', 'export', file], {
    encoding: 'utf8', cwd: root, env: { PATH: process.env.PATH, ...city.environment(ports[0], 0) },
  });
  equal(run.status, 0, run.stdout + run.stderr);
  const [header, ...rows] = readFileSync(file, 'utf8').replace(/^\uFEFF/, '').trim().split('\r\n').map((line) => line.split(','));
  return new Map(rows.map((cells) => [cells[0], Object.fromEntries(header.map((name, i) => [name, cells[i]]))]));
}
function compare(state, rows) {
  const wrong = [];
  state.forEach((person, who) => {
    const row = rows.get(ids[who]);
    if (person.follows !== (row !== undefined)) {
      wrong.push(`${who} ${person.follows ? 'should follow and does not' : 'should not follow and does'}`);
      return;
    }
    for (const attribute of row ? [...Object.keys(many), ...Object.keys(single)] : []) {
      const expected = [...(person.values[attribute] ?? [])].sort().join(';');
      const found = row[attribute].split(';').filter(Boolean).sort().join(';');
      if (expected !== found) wrong.push(`${who} ${attribute}: "${found}", expected "${expected}"`);
    }
  });
  equal(wrong, [], 'residents whose state is not what the events say');
}

console.log(`seed ${seed}: at least ${count} events of ${people} residents, ${kills} kills`);
const events = [];

await checks.test('after kills of either gateway and of Redis every resident is as the acknowledged events say', async () => {
  const begun = Date.now();
  let killing = true;
  const more = () => {
    if (!killing && events.length >= count) return undefined;
    events.push(makeEvent(events.length));
    return events.at(-1);
  };
  const sent = deliverAll(shuffled(more), 60);
  sent.catch(() => undefined); // told below
  for (let kill = 0; kill < kills; kill += 1) {
    // Mostly into full work; one in five hits what is still coming back from the one before.
    if (random() < 0.8) await Promise.all([0, 1].map((which) => until('the gateway is ready', async () =>
      (await http('GET', `${gateways[which].consoleUrl}/readyz`, undefined, {}, 2000)).status === 200, 120000)));
    await delay(1000 * random());
    const what = random();
    for (const which of [0, 1]) {
      // The last tenth kills both and Redis: what one has taken over from the other, it loses too.
      if ((which === 0 && what < 0.3) || (which === 1 && what >= 0.3 && what < 0.6) || what >= 0.9) {
        gateways[which].kill('SIGKILL');
        gatewayKills[which] += 1;
      }
    }
    if (what >= 0.6) {
      for (const pid of city.redisPids()) {
        try {
          process.kill(pid, 'SIGKILL');
          redisKills += 1;
        } catch {
          /* it has ended */
        }
      }
    }
  }
  killing = false;
  await sent;
  await processed();
  console.log(`    ${events.length} events, ${arrived.length} acknowledgements; kills: gateways ${gatewayKills.join(' and ')}, Redis ${redisKills}; ${resent} sent again, ` +
    `${((Date.now() - begun) / 1000).toFixed(1)} s`);
  truthy(gatewayKills[0] + gatewayKills[1] + redisKills >= kills, 'too few kills');
  equal(await metric(0, 'kairan_events_dead'), 0, 'events given up');
  equal(new Set(arrived.map((event) => event.n)).size, events.length, 'events acknowledged');
  const state = stateOf(events);
  truthy(state.some((person) => person.follows) && state.some((person) => !person.follows), 'nothing to tell apart');
  const told = (each) => JSON.stringify(each.map(({ follows, values }) => [follows, Object.entries(values).sort().map(([name, set]) => [name, ...[...set].sort()])]));
  truthy(told(stateOf(arrived)) !== told(state), 'the order of arrival would have ended the same');
  compare(state, exported(join(city.folder, 'first.csv')));
});

await checks.test('settings of those who had left are there when they follow again', async () => {
  const after = events.length;
  const back = ids.map((_, who) => ({ n: after + who, who, follow: true, json: {
    timestamp: start + (after + who) * 7, source: { type: 'user', userId: ids[who] }, webhookEventId: `01${hex(after + who).slice(2)}`,
    deliveryContext: { isRedelivery: false }, mode: 'active', type: 'follow', replyToken: randomBytes(16).toString('hex'), follow: { isUnblocked: true },
  } }));
  const left = [...back];
  await deliverAll(() => left.pop(), 200);
  await processed();
  compare(stateOf([...events, ...back]), exported(join(city.folder, 'second.csv')));
});

stopping = true;
await city.stopAll();
await Promise.all(supervisors);
if (checks.failed > 0) for (const gateway of gateways) console.log(readFileSync(gateway.log, 'utf8').slice(-3000));
else city.remove();
checks.finish();
