// The staff's side of the real executable over HTTP: an account from the terminal, signing in, headers, a table changed by file until
// a resident hears the new answer, going back, a restart in between.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cookieLines, City, http, kairanPath, root, until } from './lib.mjs';

const password = 'akai-densha-no-mado';
let passed = 0;
const step = async (name, run) => {
  await run();
  passed += 1;
  console.log(`ok: ${name}`);
};

const city = new City('staff');
await city.simulator();
let gateway = await city.gateway({ env: { KAIRAN_CONSOLE_DEMO: 'true' } });
const environment = (url) => ({ PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...city.environment(city.publicPort, new URL(url).port) });
const account = (...args) => spawnSync(kairanPath, ['account', ...args], { input: `${password}\n`, env: environment(gateway.consoleUrl), encoding: 'utf8' });

class Staff {
  cookies = new Map();
  csrf = '';
  async call(method, path, body, headers = {}) {
    const all = { 'accept-language': 'ja', 'x-csrf-token': this.csrf, ...headers };
    if (this.cookies.size > 0) all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const raw = typeof body === 'string';
    if (raw) all['content-type'] = 'application/octet-stream';
    const answer = await http(method, `${gateway.consoleUrl}/api/v1${path}`, body, all, 30000);
    for (const line of cookieLines(answer.headers)) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }
  async login(name) {
    const answer = await this.call('POST', '/session/login', { name, password });
    assert.equal(answer.status, 200, answer.text);
    this.csrf = (await this.call('GET', '/session')).json.csrf_token;
  }
}
const tag = (answer) => ({ 'if-match': answer.headers.get('etag') });

try {
  await step('the first account is made from the terminal, with a good password only', async () => {
    assert.equal(account('add', 'chief', '--role', 'operator', '--section', 'DX推進室').status, 0);
    assert.equal(account('add', 'editor', '--role', 'content_editor', '--section', '環境下水道課').status, 0);
    assert.notEqual(account('add', 'chief', '--role', 'operator', '--section', 'x').status, 0);
    assert.notEqual(account('add', 'other', '--role', 'king', '--section', 'x').status, 0);
    const weak = spawnSync(kairanPath, ['account', 'add', 'weak', '--role', 'author', '--section', 'x'], { input: 'short\n', env: environment(gateway.consoleUrl), encoding: 'utf8' });
    assert.notEqual(weak.status, 0);
    assert.match(account('list').stdout, /chief .*operator/);
  });
  const editor = new Staff();
  await step('nobody is in without signing in, and the door says so as a problem', async () => {
    const answer = await editor.call('GET', '/home');
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    assert.equal(answer.json.code, 'unauthenticated');
    await editor.login('editor');
    assert.equal((await editor.call('GET', '/home')).status, 200);
    assert.equal((await editor.call('GET', '/accounts')).json.code, 'not_allowed');
  });
  await step('every described address is shut to whoever has not signed in, also when another site asks', async () => {
    const description = readFileSync(join(root, 'gateway/api/openapi.yaml'), 'utf8').split('\n');
    const stranger = new Staff();
    let path = '';
    let asked = 0;
    for (const line of description) {
      const named = /^  (\/api\/v1\/\S+):$/.exec(line);
      if (named) path = named[1].slice('/api/v1'.length).replace(/\{[a-z]+\}/g, '0123456789abcdef');
      const method = /^    (get|post|put|patch|delete):$/.exec(line);
      if (!method || !path || /^\/session\/(login|second-factor)$/.test(path)) continue;
      asked += 1;
      const answer = await stranger.call(method[1].toUpperCase(), path, method[1] === 'get' ? undefined : {});
      assert.equal(answer.status, 401, `${method[1]} ${path}`);
      assert.equal(answer.headers.get('cache-control'), 'no-store', path);
    }
    assert.ok(asked > 70, `${asked} addresses`);
    const forged = await editor.call('POST', '/content/workspace/discard', {}, { origin: 'https://evil.example' });
    assert.equal(forged.json.code, 'csrf_failed');
    assert.equal((await editor.call('POST', '/content/workspace/discard', {}, { 'x-csrf-token': '' })).json.code, 'csrf_failed');
  });
  await step('a name that nobody has costs a guesser as much time as a wrong password', async () => {
    const median = async (name) => {
      const times = [];
      for (let i = 0; i < 5; i += 1) {
        const start = performance.now();
        const answer = await new Staff().call('POST', '/session/login', { name: typeof name === 'string' ? name : name(i), password: `wrong-password-${i}` });
        times.push(performance.now() - start);
        assert.equal(answer.json.code, 'login_failed', answer.text);
      }
      return times.sort((a, b) => a - b)[2];
    };
    const known = await median('chief');
    const unknown = await median((i) => `nobody${i}`);
    console.log(`login refused: known name ${known.toFixed(0)} ms, unknown name ${unknown.toFixed(0)} ms`);
    // Both make one argon2id hash; without it an unknown name would be answered in a small part of the time.
    assert.ok(unknown > known / 4, `${unknown} against ${known} ms`);
  });
  await step('the console is served with a policy that lets nothing foreign in', async () => {
    const page = await http('GET', `${gateway.consoleUrl}/`);
    assert.match(page.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal((await http('GET', `${gateway.consoleUrl}/api/v2/x`)).status, 404);
    for (const path of ['/healthz', '/readyz', '/metrics']) assert.equal((await http('GET', `${gateway.consoleUrl}${path}`)).status, 200);
  });
  await step('a path that climbs or hides a slash opens nothing', async () => {
    for (const path of ['/accounts/..%2faudit', '//accounts', '/accounts/', `/accounts/${'x'.repeat(600)}`]) {
      const answer = await editor.call('GET', path);
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
  });
  let published;
  await step('a file with errors changes nothing; a good row is published and a resident hears it', async () => {
    const before = await editor.call('GET', '/content/workspace');
    const bad = await editor.call('PUT', '/content/tables/faq/file?name=faq.csv', '質問,回答\r\n"閉じない', tag(before));
    assert.equal(bad.status, 200, bad.text);
    assert.equal(bad.json.accepted, false);
    assert.ok(bad.json.problems.length > 0);
    const rows = await editor.call('GET', '/content/tables/faq/rows?q=conbini-kofu&count=5');
    assert.equal(rows.status, 200);
    const cells = rows.json.rows[0].cells.slice();
    const column = rows.json.columns.indexOf('回答');
    cells[column] = `試験の答え。${cells[column]}`;
    const changed = await editor.call('PUT', `/content/tables/faq/rows/${rows.json.rows[0].row}`, { cells }, tag(rows));
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.publishable, true, JSON.stringify(changed.json.problems));
    const diff = await editor.call('GET', '/content/workspace/diff');
    assert.ok(diff.json.changed >= 1);
    const answer = await editor.call('POST', '/content/workspace/publish', { comment: '試験' }, tag(changed));
    assert.equal(answer.status, 200, answer.text);
    published = answer.json;
    const asked = await editor.call('POST', '/content/ask', { text: 'コンビニで証明書を取れますか' });
    assert.match(asked.json.text, /試験の答え/);
    assert.ok(asked.json.messages.length > 0);
  });
  await step('after a restart the published version answers, the session goes on, and going back works', async () => {
    await gateway.stop();
    gateway = await city.gateway({ env: { KAIRAN_CONSOLE_DEMO: 'true' } });
    assert.match((await editor.call('POST', '/content/ask', { text: 'コンビニで証明書を取れますか' })).json.text, /試験の答え/);
    assert.equal((await editor.call('POST', '/content/versions/installed/restore', {})).status, 200);
    assert.doesNotMatch((await editor.call('POST', '/content/ask', { text: 'コンビニで証明書を取れますか' })).json.text, /試験の答え/);
    assert.ok((await editor.call('GET', '/content/versions')).json.items.some((version) => version.id === published.id));
  });
  await step('what was done stands in the log, and the log is whole', async () => {
    const chief = new Staff();
    await chief.login('chief');
    const actions = (await chief.call('GET', '/audit?count=100')).json.items.map((entry) => entry.action);
    for (const action of ['account.add', 'login', 'content.publish', 'content.restore']) assert.ok(actions.includes(action), action);
    assert.equal((await chief.call('POST', '/audit/verify', {})).json.whole, true);
  });
  await step('without the store the answers say so, and everything is back with it', async () => {
    for (const pid of city.redisPids()) process.kill(pid, 'SIGKILL');
    await until('the store is back', async () => (await editor.call('GET', '/session')).status === 200, 20000);
  });
} catch (error) {
  console.error(error);
  console.log(`${passed} passed, 1 failed`);
  process.exit(1);
}
await city.stopAll();
city.killAll();
city.remove();
console.log(`${passed} passed, 0 failed`);
process.exit(0);
