// Figures of sending: 12,000, 100,000 and 1,000,000 recipients against the simulator at 50 ms a multicast, from the real
// executable over its real store. One JSON object a line on standard output; progress on standard error.
// Each bar of the measures is judged at the end: PASS or FAIL, on standard error, and the exit code. A run of small sizes says
// whether the forms work; the bars are for the sizes named in them.
// usage: node dispatch.mjs --kairan PATH --tool PATH [--sizes 12000,100000,1000000] [--cases limit,shared,emergency,free]
//   limit      each size at LINE's rate: order → first and last batch; multicasts/s and the busiest sliding second as the
//              simulator sees them arrive
//   shared     the largest size by two gateways on one store
//   emergency  five emergencies to everyone, one after the other, while a bulk broadcast of the largest size is under way; the
//              slowest counts. The gateway's work after its start (reading the followers, the snapshot) is over by then.
//   free       the largest size without a limit: multicasts/s with the full ledger, fsynced
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { City, http, kairanPath, option, until } from '../e2e/lib.mjs';

const sizes = option('sizes', '12000,100000,1000000').split(',').map(Number);
const cases = option('cases', 'limit,shared,emergency,free').split(',');
const latency = option('latency', '50');
const tool = resolve(option('tool', join(kairanPath, '../../../tests/bench/dispatch_tool')));
const largest = Math.max(...sizes);
const emergencies = 5;

async function runTool(city, args, input = '') {
  const out = await city.must(tool, args, { input });
  return out ? JSON.parse(out) : {};
}

/** A city of that many followers, used for as many sends as wanted. */
async function open(people, { gateways = 1, env = {}, rates = true } = {}) {
  const city = new City('dispatch');
  await city.simulator(['--users', String(people), '--multicast-ms', latency, ...(rates ? [] : ['--no-rates'])]);
  for (let n = 0; n < gateways; n += 1) {
    await city.gateway({ name: `gateway${n}`, env, ...(n === 0 ? {} : { publicPort: 0 }) });
  }
  const sim = (method, path, body) => http(method, `${city.simulatorUrl}/sim/${path}`, body, {}, 120000);
  const ids = (await sim('GET', 'users.csv')).text;
  const adopted = await runTool(city, ['adopt'], ids);
  console.error(`${people} people, ${adopted.added} adopted`);
  return { city, sim, people };
}

async function finish({ city }) {
  await city.stopAll();
  city.remove();
}

async function order({ city, sim }, priority, title) {
  await sim('POST', 'reset', { what: 'counters' });
  return runTool(city, ['order', priority, title]);
}

async function ended({ city }, id) {
  return until(`${id} is sent`, async () => {
    const now = await runTool(city, ['status', id]);
    return ['sent', 'sent_with_unknown', 'failed', 'paused', 'held'].includes(now.state) ? now : undefined;
  }, 240000, 200);
}

async function figures(open_, name, ordered, status) {
  const stats = (await open_.sim('GET', 'stats')).json;
  const title = encodeURIComponent(name);
  const seen = (await open_.sim('GET', `histogram?contains=${title}&endpoint=multicast`)).json;
  return {
    people: open_.people,
    state: status.state,
    once: seen.once,
    never: seen.never,
    more: seen.more,
    first_batch_ms: status.first_batch_at - ordered.ordered_ms,
    all_ms: status.last_batch_at - ordered.ordered_ms,
    batches: status.batches.accepted,
    multicasts_per_second: Number(stats.multicast.accepted.mean_per_second.toFixed(1)),
    busiest_second: stats.multicast.requests.busiest_second,
    refused_429: stats.endpoints?.multicast?.answered?.['429'] ?? 0,
  };
}

const began = Date.now();
const verdicts = [];
/** Holds one figure to its bar; `passes` is false also when the figure is missing. */
function judge(bar, figure, passes) {
  verdicts.push({ bar, figure, verdict: passes ? 'PASS' : 'FAIL' });
}
function print(line) {
  const seconds = Number(((Date.now() - began) / 1000).toFixed(1));
  console.log(JSON.stringify({ bench: 'dispatch', ...line, at_s: seconds }));
  const about = `${line.case}, ${line.people} people`;
  if (line.once !== undefined) judge(`${about}: everyone once`, `${line.once} once, ${line.never} never, ${line.more} more`, line.once === line.people && line.never === 0 && line.more === 0);
  if (line.case !== 'free') judge(`${about}: never over 200 in a sliding second`, line.busiest_second, line.busiest_second <= 200 && !line.refused_429);
  if (line.case === 'limit') judge(`${about}: first batch within 100 ms`, line.first_batch_ms, line.first_batch_ms <= 100);
  if (line.case === 'limit' && line.people === 12000) judge(`${about}: all within 1.5 s`, line.all_ms, line.all_ms <= 1500);
  if (['limit', 'shared'].includes(line.case) && line.people >= 1000000) judge(`${about}: at least 98 % of 200/s`, line.multicasts_per_second, line.multicasts_per_second >= 196);
  if (line.case === 'free') judge(`${about}: at least 400 multicasts/s`, line.multicasts_per_second, line.multicasts_per_second >= 400);
  if (line.case === 'emergency') {
    judge(`${about}: the bulk send was under way`, line.bulk_batches_left_at_order, line.bulk_batches_left_at_order > 0);
    judge(`${about}: first batch within one batch time (${Number(latency) + 50} ms), the slowest of ${emergencies}`, `${line.first_batch_ms} (${line.first_batches_ms.join(', ')})`, line.first_batch_ms <= Number(latency) + 50);
  }
}

async function send(open_, name, priority = 'bulk') {
  const ordered = await order(open_, priority, name);
  const status = await ended(open_, ordered.id);
  return figures(open_, name, ordered, status);
}

for (const people of sizes) {
  if (!cases.includes('limit') && !(people === largest && cases.includes('emergency'))) continue;
  const opened = await open(people);
  if (cases.includes('limit')) {
    await send(opened, '準備');
    print({ case: 'limit', ...(await send(opened, `${people}人`)) });
  }
  if (people === largest && cases.includes('emergency')) {
    await until('the work after the start is over', () => readFileSync(join(opened.city.folder, 'gateway0.log'), 'utf8').includes(' emergency.snapshot '), 120000, 200);
    const bulk = await order(opened, 'bulk', '大量');
    const running = async () => {
      const now = await runTool(opened.city, ['status', bulk.id]);
      return now.batches.accepted > 20 ? now : undefined;
    };
    await until('the bulk broadcast runs', running, 30000, 20);
    const each = [];
    for (let round = 0; round < emergencies; round += 1) {
      // Uneven, so that the rounds do not all meet the same beat of the store's own work.
      await new Promise((done) => { setTimeout(done, 500 + 170 * round); });
      const before = await runTool(opened.city, ['status', bulk.id]);
      const emergency = await runTool(opened.city, ['order', 'emergency', '緊急']);
      const status = await ended(opened, emergency.id);
      each.push({
        first: status.first_batch_at - emergency.ordered_ms, all: status.last_batch_at - emergency.ordered_ms,
        left: before.batches.planned + before.batches.in_flight,
      });
    }
    await ended(opened, bulk.id);
    const stats = (await opened.sim('GET', 'stats')).json;
    print({
      case: 'emergency', people, first_batch_ms: Math.max(...each.map((one) => one.first)), first_batches_ms: each.map((one) => one.first),
      all_ms: Math.max(...each.map((one) => one.all)), bulk_batches_left_at_order: Math.min(...each.map((one) => one.left)),
      busiest_second: stats.multicast.requests.busiest_second,
    });
  }
  await finish(opened);
}
if (cases.includes('shared')) {
  const opened = await open(largest, { gateways: 2 });
  print({ case: 'shared', gateways: 2, ...(await send(opened, '二台')) });
  await finish(opened);
}
if (cases.includes('free')) {
  const opened = await open(largest, { rates: false, env: { KAIRAN_BROADCAST_RATE: '0', KAIRAN_BROADCAST_SENDERS: '64' } });
  print({ case: 'free', ...(await send(opened, '制限なし')) });
  await finish(opened);
}
for (const { bar, figure, verdict } of verdicts) console.error(`${verdict} ${bar}: ${figure}`);
console.error(`${Math.round((Date.now() - began) / 1000)} s`);
process.exitCode = verdicts.length > 0 && verdicts.every((each) => each.verdict === 'PASS') ? 0 : 1;
