// The sample broadcasts of the demo (scripts/lib/sample_broadcasts.sh) before a city with made residents: every state that lasts
// is there, each text is marked, and what shows on the phones is what the city counted.
// usage: node samples.mjs [--kairan PATH]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, equal, http, kairanPath, root, truthy, until } from './lib.mjs';

const checks = new Checks();
const city = new City('samples');
const people = 3000;
await city.simulator(['--users', String(people)]);
const gateway = await city.gateway({ env: { KAIRAN_CONSOLE_DEMO: 'true' } });
const password = 'matsuri-no-taiko-42\n';
const passwordFile = join(city.folder, 'password');
writeFileSync(passwordFile, password);

const run = (command, args, input = '') => city.must(command, args, {
  input, cwd: root, env: { CONSOLE: gateway.consoleUrl, SIMULATOR: city.simulatorUrl, STAFF_PASSWORD_FILE: passwordFile },
});
const kairan = (...args) => run(kairanPath, args);
const samples = (step) => run(join(root, 'scripts/lib/sample_broadcasts.sh'), [step, city.folder]);

for (const [name, role, section] of [['author', 'author', '福祉課'], ['approver', 'approver', '広報']]) {
  await run(kairanPath, ['account', 'add', name, '--role', role, '--section', section], password);
}
const all = join(city.folder, 'residents.csv');
await kairan('simulator', '--users', String(people), '--content', join(root, 'content/kashima'), '--residents-csv', all);
const some = join(city.folder, 'some.csv');
writeFileSync(some, `${readFileSync(all, 'utf8').split('\n').slice(0, 101).join('\n')}\n`);

// Worked out from the residents' file apart from the city: before school is who begins no school year yet, born after April 1st
// of the year six years before this school year's.
const japan = new Date(Date.now() + 9 * 3600 * 1000);
const schoolYear = japan.getUTCMonth() >= 3 ? japan.getUTCFullYear() : japan.getUTCFullYear() - 1;
const isPreschool = (birth) => birth.slice(0, 7) > `${schoolYear - 6}-04` || birth === `${schoolYear - 6}-04`;
const [header, ...residents] = readFileSync(all, 'utf8').trim().split('\n').map((line) => line.split(','));
const [district, children] = [header.indexOf('district'), header.indexOf('children')];
const concerned = residents.filter((one) => one[district].split(';').includes('nanaura') && one[children].split(';').some((each) => each && isPreschool(each)));
const others = residents.filter((one) => !concerned.includes(one)).slice(0, 30);
const phone = async (id) => JSON.stringify((await http('GET', `${city.simulatorUrl}/sim/users/${id}/messages`)).json);
for (const [id] of [...concerned, ...others]) await phone(id); // taken out of the pocket: from now on it keeps what comes in

const lasting = ['draft', 'submitted', 'returned', 'rejected', 'approved', 'scheduled', 'held', 'paused', 'sent', 'sent_with_unknown',
  'stopped', 'cancelled', 'expired', 'failed'];
const listed = async () => (await kairan('broadcast', 'list', '--count', '100')).split('\n').map((line) => line.split('  '));

await checks.test('the samples are made by the real services in a few seconds', async () => {
  await kairan('subscribers', 'import', some);
  await samples('first');
  await kairan('subscribers', 'import', all);
  const start = Date.now();
  await samples('rest');
  console.log(`samples: ${Date.now() - start} ms`);
});

await checks.test('every state that lasts is there, each with the mark of a sample', async () => {
  await until('the offer with an expiry is over', async () => (await listed()).some(([, state]) => state === 'expired'), 120000, 1000);
  await until('the corrections have left', async () => (await listed()).filter(([, state]) => state === 'sent').length >= 7, 30000, 500);
  const rows = await listed();
  const states = rows.map(([, state]) => state);
  equal(lasting.filter((state) => !states.includes(state)), [], 'states without a sample');
  equal(states.filter((state) => !lasting.includes(state)), [], 'states that pass');
  const register = await until('the register has the correction', async () => {
    const text = await kairan('broadcast', 'register');
    return text.includes('健診の時刻に誤り') && text.includes('取りやめになりました') ? text : undefined;
  }, 90000, 1000);
  for (const line of register.split('\r\n').slice(1)) truthy(line === '' || line.includes('見本'), `not marked: ${line}`);
  for (const [, , , , title] of rows) truthy(/見本|訂正|取消/.test(title), `not marked: ${title}`);
});

await checks.test('the desk has texts for every level, and corrections have frames, all published by a second person', async () => {
  const frames = (await kairan('broadcast', 'frame', 'list')).split('\n').filter(Boolean);
  equal(frames.length, 6, frames.join('; '));
});

await checks.test('a broadcast to 七浦 with a child before school shows on those phones alone, as many as the city counts', async () => {
  const segment = { combinator: 'and', not: false, rules: [
    { field: 'district', operator: '=', value: 'nanaura' }, { field: 'children.school_year', operator: '=', value: 'preschool' }] };
  const counted = Number(await kairan('subscribers', 'count', '--segment', JSON.stringify(segment)));
  truthy(counted >= 10, `too few made residents fit: ${counted}`);
  equal(counted, concerned.length, 'what the city counts');
  for (const [id] of concerned) truthy((await phone(id)).includes('子育て広場'), 'a phone that it concerns does not show it');
  for (const [id] of others) truthy(!(await phone(id)).includes('子育て広場'), 'another phone shows it');
  const shown = (await http('GET', `${city.simulatorUrl}/sim/histogram?contains=${encodeURIComponent('子育て広場')}`)).json;
  equal([shown.once, shown.more, shown.recipients], [counted, 0, counted], 'phones that show it once, more often, in all');
});

await checks.test('a second run makes nothing', async () => {
  const before = await listed();
  await samples('first');
  await samples('rest');
  equal((await listed()).length, before.length, 'broadcasts');
});

await checks.test('the gateway ended orderly', async () => equal(await gateway.stop(), 0, 'exit code'));
await city.stopAll();
if (checks.failed === 0) city.remove();
checks.finish();
