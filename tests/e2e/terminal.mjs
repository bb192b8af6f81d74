// What staff ask a running gateway from a terminal: the questions that found no answer, and the events that were given up.
// usage: node terminal.mjs [--kairan PATH]
import { randomBytes } from 'node:crypto';
import { Checks, City, equal, http, kairanPath, truthy, until } from './lib.mjs';

const checks = new Checks();

/** Runs a command of the executable beside the gateway of a city; resolves to its exit code and what it wrote. */
const command = (city, args, env = {}) => city.run(kairanPath, args, { env });

async function residents(city, count) {
  return (await http('POST', `${city.simulatorUrl}/sim/users`, { count })).json.ids;
}
const say = (city, id, text) => http('POST', `${city.simulatorUrl}/sim/users/${id}/say`, { text });
const histogram = async (city) => (await http('GET', `${city.simulatorUrl}/sim/histogram`)).json;

async function gapsTest() {
  const city = new City('gaps');
  await city.simulator();
  await city.gateway();
  const ids = await residents(city, 5);

  await checks.test('a question without an answer is listed from three residents on, without what tells who asked', async () => {
    for (const id of ids.slice(0, 3)) await say(city, id, '宇宙エレベーターの乗り場を知りたい。電話は0954-99-8877です');
    // Four times, but two people: not yet a pattern, and perhaps recognisable.
    for (const id of [ids[3], ids[4], ids[3], ids[4]]) await say(city, id, '潜水艦の免許を更新したい');
    await until('all are answered', async () => (await histogram(city)).recipients === 5);
    const listed = await until('the question is listed', async () => {
      const answer = await command(city, ['content', 'gaps']);
      equal(answer.code, 0, `exit code (${answer.err})`);
      return answer.out.includes('宇宙') ? answer.out : undefined;
    });
    truthy(/答えのない質問：3人、3回/.test(listed), `the count is not shown: ${listed}`);
    truthy(!listed.includes('潜水艦'), 'a question of two people is shown');
    truthy(!/\d{4}/.test(listed.replace(/最後は.*/g, '')), `digits are not masked: ${listed}`);
    for (const id of ids) truthy(!listed.includes(id), 'a user id is shown');
  });
  await city.stopAll();
  if (checks.failed === 0) city.remove();
}

async function deadTest() {
  const city = new City('dead');
  const key = () => ({ KAIRAN_DATA_KEY: randomBytes(32).toString('hex') });
  const right = key();
  await city.simulator();
  const first = await city.gateway({ env: right });
  const [id] = await residents(city, 1);

  await checks.test('an event that cannot be opened is listed with its reason', async () => {
    // Redis stands still, so the event waits in the spool; the next gateway has another key.
    for (const pid of city.redisPids()) process.kill(pid, 'SIGSTOP');
    equal((await say(city, id, 'ペットボトルの捨て方')).status, 200, 'said');
    await until('the event is in the spool', async () =>
      /^kairan_webhooks_spooled_total\S* [1-9]/m.test((await http('GET', `${first.consoleUrl}/metrics`)).text), 10000);
    first.kill('SIGKILL');
    await first.ended;
    for (const pid of city.redisPids()) process.kill(pid, 'SIGCONT');
    const wrong = key();
    const second = await city.gateway({ env: wrong, name: 'gateway-wrong-key' });
    const listed = await until('the event is listed', async () => {
      const answer = await command(city, ['events', 'dead'], wrong);
      equal(answer.code, 0, `exit code (${answer.err})`);
      return answer.out.includes('sealed_under_another_key') ? answer.out : undefined;
    });
    truthy(!listed.includes('ペットボトル') && !listed.includes(id), 'the list tells what was written or by whom');
    await second.stop();
  });

  await checks.test('an event that is run again with the right key is answered, and the list is empty', async () => {
    await city.gateway({ env: right, name: 'gateway-right-key' });
    const [name] = (await command(city, ['events', 'dead'], right)).out.split(' ');
    truthy(/^\d+:\d+-\d+$/.test(name), `no name: ${name}`);
    equal((await histogram(city)).recipients, 0, 'answered before');
    const rerun = await command(city, ['events', 'rerun', name], right);
    equal(rerun.code, 0, `exit code (${rerun.err})`);
    await until('it is answered', async () => (await histogram(city)).once === 1);
    truthy((await command(city, ['events', 'dead'], right)).out.includes('ありません'), 'the list is not empty');
  });

  await checks.test('names that are none, and events that are not there, get an error that says what to write', async () => {
    for (const name of ['x', '99:1-1', '7:nonsense', '7:1795395304776-0']) {
      const answer = await command(city, ['events', 'rerun', name], right);
      equal(answer.code, 1, `exit code of ${name}`);
      truthy(answer.err.startsWith(`${name}: `), `${name}: ${answer.err}`);
    }
  });
  await city.stopAll();
  if (checks.failed === 0) city.remove();
}

for (const part of [gapsTest, deadTest]) {
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
