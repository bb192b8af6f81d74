// Everybody asks for a shelter within a minute of a warning, most of them at once, while sending goes on. Latency is from the
// resident's message to the reply, both as the simulator recorded them (which notes a reply when it takes it, before its own 100 ms).
// usage: node spike.mjs --kairan PATH --tool PATH [--people 12000] [--seconds 60]
// Bars: every one answered once by a reply that names shelters, p99 within 2 s, none lost.
import { delay, option, until } from '../e2e/lib.mjs';
import { Crowd, percentile, say, verdict } from './crowd.mjs';

const people = Number(option('people', '12000'));
const seconds = Number(option('seconds', '60'));
const crowd = await Crowd.open(people);
await crowd.kairan(['shelters', 'disaster', 'on', '--as', 'bench']);
await delay(5000);  // the gateway reads the mode every two seconds
const end = crowd.bulk(1500);
await until('sending has begun', async () => (await crowd.sim('GET', 'sends?limit=1')).json.total > 0, 60000);
const alertSeen = crowd.warned(crowd.warn()).catch(() => undefined);
say('the warning is out, residents begin to ask');

// The rate falls evenly to nothing: twice the average at the start.
const begin = Date.now();
let refused = 0;
const open = new Set();
for (let i = 0; i < crowd.ids.length; i += 1) {
  const due = begin + seconds * 1000 * (1 - Math.sqrt(1 - i / crowd.ids.length));
  const wait = due - Date.now();
  if (wait > 1) await delay(wait);
  const asked = crowd.sim('POST', `users/${crowd.ids[i]}/say`, { text: '避難所' }, 30000)
    .then((answer) => { if (answer.status !== 200) refused += 1; }, () => { refused += 1; })
    .finally(() => open.delete(asked));
  open.add(asked);
  if (i % 2000 === 1999) say(`${i + 1} asked, ${Math.round((Date.now() - begin) / 1000)} s`);
}
await Promise.all(open);
const asking = (Date.now() - begin) / 1000;
const sendingStill = (await crowd.sim('GET', 'sends?limit=50')).json.sends.some((send) => send.endpoint === 'multicast' && Date.now() - send.at < 5000);
await until('replies have ended', async () => {
  const stats = (await crowd.sim('GET', 'stats')).json;
  return (stats.endpoints?.reply?.answered?.['200'] ?? 0) >= people - refused;
}, 60000, 500).catch((error) => say(error.message));
await end();
const alert = await alertSeen;

say('reading the conversations');
const latencies = [];
let answered = 0;
let twice = 0;
const lost = [];
for (let i = 0; i < crowd.ids.length; i += 32) {
  await Promise.all(crowd.ids.slice(i, i + 32).map(async (id) => {
    const { entries } = (await crowd.sim('GET', `users/${id}/messages`)).json;
    const question = entries.find((entry) => entry.from === 'resident');
    const replies = entries.filter((entry) => entry.from === 'account' && entry.via !== 'multicast');
    const right = question && replies.some((entry) => /避難/.test(JSON.stringify(entry.messages)));
    if (!right) lost.push(id);
    else {
      answered += 1;
      latencies.push(replies[0].at - question.at);
    }
    if (replies.length > 1) twice += 1;
  }));
}
latencies.sort((a, b) => a - b);
verdict('spike', {
  people, asked_within_s: Number(asking.toFixed(1)), not_taken: refused, answered, lost: lost.length, twice,
  p50_ms: percentile(latencies, 0.5), p99_ms: percentile(latencies, 0.99), max_ms: latencies.at(-1) ?? null, alert,
}, {
  'every one answered': answered === people,
  'none twice': twice === 0,
  'p99 within 2 s': latencies.length > 0 && percentile(latencies, 0.99) <= 2000,
  'asked within the time': asking <= seconds * 1.1 + 1,
  'sending went on': sendingStill,
});
await crowd.close();
