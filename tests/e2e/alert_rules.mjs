// The rules of warnings from outside: nothing leaves by itself before two people published them; one person alone cannot; staff
// are told of each step and find it on their home page; a changed file, SIGHUP, a restart and a backup put back change nothing of
// what is in force.
// usage: node alert_rules.mjs [--kairan PATH]
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks, City, equal, http, kairanPath, root, Staff, truthy, until } from './lib.mjs';
import { telegramName, warning } from './telegrams.mjs';

const checks = new Checks();
const city = new City('alert-rules');
const content = join(city.folder, 'content');
cpSync(join(root, 'content/kashima'), content, { recursive: true });
const folder = join(city.folder, 'telegrams');
mkdirSync(folder);
await city.simulator(['--users', '3']);
const people = (await http('GET', `${city.simulatorUrl}/sim/users.csv`)).text;
const { groupId } = (await http('POST', `${city.simulatorUrl}/sim/groups`, { members: people.match(/U[0-9a-f]{32}/g).slice(0, 1) })).json;
const env = { KAIRAN_CAP_FOLDER: folder, KAIRAN_CONTENT: content, KAIRAN_STAFF_LINE_GROUP: groupId, KAIRAN_CONSOLE_DEMO: 'true' };
let gateway = await city.gateway({ env });

const kairan = (args, input = '') => city.run(kairanPath, args, { input, env });
const password = 'matsuri-no-taiko-42';
const must = (args, input = '') => city.must(kairanPath, args, { input, env });
const rules = () => must(['alerts', 'rules']);
for (const [name, role] of [['bosai', 'emergency_officer'], ['shonin', 'approver'], ['kaku', 'author']]) {
  await must(['account', 'add', name, '--role', role, '--section', '総務課'], `${password}\n`);
}
const file = join(city.folder, 'people.csv');
writeFileSync(file, people);
await must(['subscribers', 'import', file]);

let telegrams = 0;
/** A warning of another kind each time, so that each is a first notice. */
const arrives = (code, name) => {
  const telegram = telegramName(new Date(), (telegrams += 1));
  writeFileSync(join(folder, `.${telegram}`), warning({ code, name, headline: '見本' }));
  renameSync(join(folder, `.${telegram}`), join(folder, telegram));
};
const reached = async (name) => (await http('GET', `${city.simulatorUrl}/sim/histogram?contains=${encodeURIComponent(name)}&endpoint=multicast`)).json.once;
const waits = async (name) => (await must(['alerts', 'list'])).includes(name);
/** What the staff's group on LINE was told. */
const group = async () => (await http('GET', `${city.simulatorUrl}/sim/groups/${groupId}`)).text;
const told = (what) => until(`the staff's group is told: ${what}`, async () => (await group()).includes(what));
/** What the home page says waits for the person, without what is about anything else. */
const needs = async (name) => {
  const staff = await new Staff(gateway.consoleUrl).login(name, password);
  return (await staff.must('GET', '/home')).json.needs_me.filter((need) => need.rules).map((need) => `${need.why} ${need.rules.by} ${need.rules.comment}`.trim());
};
const alertsFile = join(content, 'alerts.yaml');
const written = readFileSync(alertsFile, 'utf8');
let hash;

await checks.test('before anything is published a special warning waits for a person, and it is said why', async () => {
  truthy((await rules()).includes('公開された規則がまだありません'), await rules());
  arrives('33', '大雨特別警報');
  await until('it waits', () => waits('大雨特別警報'));
  truthy((await must(['alerts', 'list'])).includes('公開した規則がまだない'), await must(['alerts', 'list']));
  equal(await reached('大雨特別警報'), 0, 'phones');
});

await checks.test('a file with a gap is refused whole as a proposal', async () => {
  writeFileSync(alertsFile, written.replace('levels: [special], action: send', 'levels: [special], hours: day, action: send'));
  const refused = await kairan(['alerts', 'propose', '--as', 'bosai']);
  equal(refused.code, 1, refused.err);
  truthy(refused.err.includes('rain/special/city/night'), refused.err);
  truthy((await rules()).includes('提案されている規則はありません'), await rules());
  writeFileSync(alertsFile, written);
});

await checks.test('one person alone cannot put them in force, nor may who only writes', async () => {
  hash = await must(['alerts', 'propose', '--as', 'bosai']);
  truthy(/^[0-9a-f]{64}$/.test(hash), hash);
  const alone = await kairan(['alerts', 'publish', hash, '--as', 'bosai']);
  equal(alone.code, 1, alone.out);
  truthy(alone.err.includes('自分が提案した規則'), alone.err);
  equal((await kairan(['alerts', 'publish', hash, '--as', 'kaku'])).code, 1, 'an author published');
  truthy((await rules()).includes('公開された規則がまだありません'), await rules());
});

await checks.test('staff are told that it waits, and who may publish it finds it on the home page', async () => {
  await told('bosaiが警報の規則を提案しました');
  truthy((await group()).includes('承認待ち'), await group());
  equal(await needs('shonin'), ['rules_to_publish bosai'], 'who may publish');
  equal(await needs('bosai'), [], 'who proposed');
  equal(await needs('kaku'), [], 'who only writes');
});

await checks.test('shown with what it changes, published by another, the next warning leaves by itself', async () => {
  const shown = await rules();
  truthy(/大雨特別警報（rain\/special）の発表.*人の確認を待つ → 自動で送る/.test(shown), shown);
  await must(['alerts', 'publish', hash.slice(0, 12), '--as', 'shonin']);
  arrives('35', '暴風特別警報');
  await until('everybody has it', async () => (await reached('暴風特別警報')) === 3);
  truthy((await rules()).includes('公開済みの規則を使っています（提案 bosai、公開 shonin'), await rules());
  await told('shoninが警報の規則を公開しました');
  equal(await needs('shonin'), [], 'what waits after the publication');
});

await checks.test('a changed file and SIGHUP change nothing of what is in force, and it is said', async () => {
  writeFileSync(alertsFile, written.replace('released: [weather-special, ', 'released: ['));
  gateway.kill('SIGHUP');
  await until('the gateway has read it', () => readFileSync(gateway.log, 'utf8').includes('content.loaded'));
  truthy((await rules()).includes('公開済みの規則と違います'), await rules());
  arrives('37', '波浪特別警報');
  await until('everybody has it', async () => (await reached('波浪特別警報')) === 3);
});

await checks.test('whom a warning concerns is part of it: another area code in city.yaml waits for two people as well', async () => {
  const cityFile = join(content, 'city.yaml');
  const asPublished = readFileSync(cityFile, 'utf8');
  writeFileSync(cityFile, asPublished.replace('city: "4120700"', 'city: "4120100"'));
  const readings = () => readFileSync(gateway.log, 'utf8').split('alerts.rules').length;
  const before = readings();
  gateway.kill('SIGHUP');
  await until('the gateway has read it', () => readings() > before);
  truthy((await rules()).includes('city.yamlの地域コードか地区'), await rules());
  arrives('32', '暴風雪特別警報');
  await until('everybody has it', async () => (await reached('暴風雪特別警報')) === 3);
  writeFileSync(cityFile, asPublished);
});

await checks.test('what changed after the proposal is not published, and its return reaches who proposed it', async () => {
  const second = await must(['alerts', 'propose', '--as', 'bosai']);
  writeFileSync(alertsFile, `${written}# later\n`);
  const late = await kairan(['alerts', 'publish', second, '--as', 'shonin']);
  equal(late.code, 1, late.out);
  truthy(late.err.includes('変わりました'), late.err);
  await must(['alerts', 'return', second, '--as', 'shonin', '--why', '見直してください']);
  await told('shoninが、bosaiの提案した警報の規則を差し戻しました: 見直してください');
  equal(await needs('bosai'), ['rules_returned shonin 見直してください'], 'who proposed');
  equal(await needs('shonin'), [], 'who gave it back');
  truthy((await rules()).includes('見直してください'), await rules());
  await must(['alerts', 'return', second, '--as', 'bosai']);
  equal(await needs('bosai'), [], 'after it was read');
});

await checks.test('a restart and a file that is broken meanwhile keep what was published', async () => {
  await gateway.stop();
  writeFileSync(alertsFile, 'rules: [');
  gateway = await city.gateway({ env, name: 'restarted' });
  arrives('36', '大雪特別警報');
  await until('everybody has it', async () => (await reached('大雪特別警報')) === 3);
});

await checks.test('a backup put back on an empty machine keeps it too', async () => {
  const backup = join(city.folder, 'rules.kairan');
  await must(['backup', backup]);
  await gateway.stop();
  const key = readFileSync(join(city.dataDir, 'data_key'));
  for (const entry of readdirSync(city.dataDir)) rmSync(join(city.dataDir, entry), { recursive: true });
  writeFileSync(join(city.dataDir, 'data_key'), key, { mode: 0o600 });
  await must(['restore', backup]);
  gateway = await city.gateway({ env, name: 'restored' });
  truthy((await rules()).includes(hash), await rules());
  arrives('38', '高潮特別警報');
  await until('everybody has it', async () => (await reached('高潮特別警報')) === 3);
});

await city.stopAll();
if (checks.failed === 0) city.remove();
checks.finish();
