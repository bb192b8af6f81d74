// What staff do with a broadcast, from a terminal beside a running gateway: written, refused to its own author, approved by
// another, on the right phones only, corrected from a published frame; a practice that reaches nobody; the register and the
// audit log afterwards.
// usage: node broadcast.mjs [--kairan PATH]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, equal, http, kairanPath, truthy, until } from './lib.mjs';

const checks = new Checks();
const city = new City('broadcast');
await city.simulator();
const tester = `U${'f'.repeat(32)}`;
const env = { KAIRAN_BROADCAST_TEST_RECIPIENTS: tester };
const gateway = await city.gateway({ env });

const kairan = (args, input = '') => city.run(kairanPath, args, { input, env });
const must = (args, input = '') => city.must(kairanPath, args, { input, env });
const phone = async (id) => JSON.stringify((await http('GET', `${city.simulatorUrl}/sim/users/${id}/messages`)).json);
const state = async (id) => JSON.parse(await must(['broadcast', 'status', id, '--json'])).state;
const file = (name, value) => {
  const path = join(city.folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};

const ids = (await http('POST', `${city.simulatorUrl}/sim/users`, { count: 4, follow: 'webhook' })).json.ids;
const [both, districtOnly, childOnly, neither] = ids;
await http('POST', `${city.simulatorUrl}/sim/users`, { ids: [tester], follow: 'webhook' });
const password = 'matsuri-no-taiko-42\n';
for (const [name, role, section] of [['kaku', 'author', '福祉課'], ['shonin', 'approver', '福祉課'],
  ['bousai', 'emergency_officer', '総務課'], ['bousai2', 'emergency_officer', '総務課']]) {
  await must(['account', 'add', name, '--role', role, '--section', section], password);
}
const imports = (await kairan(['subscribers', '--help'])).code === 0;

const everyone = (text, more = {}) => ({ title: '見本', section: '福祉課', segment: 'everyone', messages: [{ type: 'text', text }], ...more });
async function send(document) {
  const id = await must(['broadcast', 'create', file('document.json', document), '--as', 'kaku']);
  await must(['broadcast', 'submit', id, '--as', 'kaku']);
  await must(['broadcast', 'approve', id, '--as', 'shonin']);
  await must(['broadcast', 'send', id, '--as', 'kaku']);
  await until('it was sent', async () => (await state(id)) === 'sent', 30000);
  return id;
}

if (imports) {
  await checks.test('a broadcast to 七浦 with a child before school shows on the right phones only, after a second person', async () => {
    await must(['subscribers', 'import', file('people.csv', `user_id,district,children\n${both},nanaura,2024-05\n${districtOnly},nanaura,\n${childOnly},,2024-05\n${neither},,\n`)]);
    const id = await must(['broadcast', 'create', file('document.json', everyone('子育てのお知らせ（見本）', {
      segment: { combinator: 'and', not: false, rules: [
        { field: 'district', operator: '=', value: 'nanaura' },
        { field: 'children.school_year', operator: '=', value: 'preschool' }] },
    })), '--as', 'kaku']);
    await must(['broadcast', 'submit', id, '--as', 'kaku']);
    const own = await kairan(['broadcast', 'approve', id, '--as', 'kaku']);
    equal(own.code, 1, 'the author approves');
    truthy(own.err.includes('承認'), `the reason is not said: ${own.err}`);
    equal(await state(id), 'submitted', 'state');
    await must(['broadcast', 'approve', id, '--as', 'shonin']);
    equal((await kairan(['broadcast', 'approve', id, '--as', 'shonin'])).code, 1, 'approved twice');
    await must(['broadcast', 'send', id, '--as', 'kaku']);
    await until('it was sent', async () => (await state(id)) === 'sent', 30000);
    const status = JSON.parse(await must(['broadcast', 'status', id, '--json']));
    equal(status.recipients.accepted, 1, 'recipients');
    truthy((await phone(both)).includes('子育てのお知らせ'), 'the right phone does not show it');
    for (const other of [districtOnly, childOnly, neither]) truthy(!(await phone(other)).includes('子育てのお知らせ'), 'another phone shows it');
  });
} else {
  checks.skip('a broadcast to 七浦', 'this build has no import of subscribers');
}

await checks.test('a correction from a published frame is one act, reaches whom the other reached, and is linked', async () => {
  const frame = { id: 'teisei', use: 'correct', title: '訂正', fields: { right: { label: '正しい内容', max: 100 } },
    document: { messages: [{ type: 'text', text: '訂正します。[[right]]' }] } };
  await must(['broadcast', 'frame', 'save', file('frame.json', frame), '--as', 'bousai']);
  equal((await kairan(['broadcast', 'frame', 'publish', 'teisei', '--as', 'bousai'])).code, 1, 'published by its own author');
  await must(['broadcast', 'frame', 'publish', 'teisei', '--as', 'bousai2']);
  const id = await send(everyone('12月1日に健診があります（見本）'));
  const [late] = (await http('POST', `${city.simulatorUrl}/sim/users`, { count: 1, follow: 'webhook' })).json.ids;
  const start = Date.now();
  const correction = await must(['broadcast', 'correct', id, '--as', 'kaku', '--frame', 'teisei', '--field', 'right=12月2日です']);
  await until('the correction was sent', async () => (await state(correction)) === 'sent', 60000);
  truthy(Date.now() - start < 60000, 'it took more than a minute');
  for (const each of ids) truthy((await phone(each)).includes('訂正します。12月2日です'), 'a phone does not show the correction');
  truthy(!(await phone(late)).includes('訂正します'), 'who never got the mistake got the correction');
  truthy((await must(['broadcast', 'show', correction])).includes('元の配信'), 'it is not linked');
});

await checks.test('a practice reaches no phone, not even those on its list; a drill begins with its mark', async () => {
  await send(everyone('避難の練習です（見本）', { kind: 'practice' }));
  for (const each of [...ids, tester]) truthy(!(await phone(each)).includes('避難の練習'), 'a phone shows the practice');
  await send(everyone('避難の訓練です（見本）', { kind: 'drill' }));
  for (const each of ids) truthy((await phone(each)).includes('【訓練】避難の訓練です'), 'a phone does not show the drill with its mark');
});

await checks.test('wrong input is refused with its place, and nothing is stored', async () => {
  const before = await must(['broadcast', 'list', '--count', '500']);
  for (const [document, place] of [
    [everyone('漢'.repeat(5001)), '5,000文字'],
    [{ ...everyone('a'), messages: [{ type: 'image', url: 'http://example.jp/a.png' }] }, 'messages[0].url'],
    [everyone('a', { schedule: '2020-01-01 10:00' }), 'schedule'],
    [everyone('a', { schedule: { repeat: 'monthly', days: [31], time: '18:00', from: '2027-02-01', until: '2027-02-28' } }), 'schedule'],
    [everyone('a', { segment: { combinator: 'and', rules: [{ field: 'nothing', operator: '=', value: 'x' }] } }), 'segment']]) {
    const done = await kairan(['broadcast', 'create', file('wrong.json', document), '--as', 'kaku']);
    equal(done.code, 1, `accepted: ${place}`);
    truthy(done.err.includes(place), `${place} is not named: ${done.err}`);
  }
  equal(await must(['broadcast', 'list', '--count', '500']), before, 'the list');
});

await checks.test('the register has what left, and the audit log verifies', async () => {
  const csv = await until('the register has the drill', async () => {
    const text = await must(['broadcast', 'register']);
    return text.includes('【訓練】') ? text : undefined;
  }, 90000, 1000);
  truthy(csv.includes('訂正します'), 'the correction is not in the register');
  truthy(/監査ログは\d+件/.test(await must(['audit', 'verify'])), 'the audit log does not verify');
});

await checks.test('the gateway ended orderly', async () => equal(await gateway.stop(), 0, 'exit code'));
await city.stopAll();
if (checks.failed === 0) city.remove();
checks.finish();
