// What the end-to-end programs share: starting the real executable (gateway and simulator) on free ports with a folder of
// its own, signing webhooks, waiting with a deadline, counting. Uses nothing but Node's own modules.
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(new URL('../..', import.meta.url).pathname);

/** Value of --name in the command line, or the fallback. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 && at + 1 < process.argv.length ? process.argv[at + 1] : fallback;
}

export const kairanPath = resolve(option('kairan', join(root, 'build/dev/gateway/main/kairan')));

/** Says that the suite cannot run here, in the form that scripts/test counts, and ends. */
export function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

const handedOut = new Set();
/** Another one each time, though nobody listens on the last one yet. */
export async function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const again = handedOut.has(port);
      handedOut.add(port);
      server.close(() => done(again ? freePort() : port));
    });
  });
}

export const delay = (ms) => new Promise((done) => setTimeout(done, ms));

/** A small seeded generator (mulberry32) of numbers from 0 to 1, so that a campaign can be repeated. */
export function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Asks until the answer is truthy; throws with `what` when the deadline is over. */
export async function until(what, ask, deadlineMs = 30000, stepMs = 50) {
  const end = Date.now() + deadlineMs;
  let last;
  for (;;) {
    try {
      const value = await ask();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms${last ? ` (${last.message})` : ''}`);
    await delay(stepMs);
  }
}

export function sign(secret, body) {
  return createHmac('sha256', secret).update(body).digest('base64');
}

export async function http(method, url, body, headers = {}, timeoutMs = 10000) {
  const response = await fetch(url, {
    method,
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, text, json, headers: response.headers };
}

/** An answer's Set-Cookie lines; Debian 12's Node gives them joined. */
export function cookieLines(headers) {
  return headers.getSetCookie?.() ?? headers.get('set-cookie')?.split(/, (?=[\w-]+=)/) ?? [];
}

/** One running program. */
export class Process {
  constructor(name, command, args, env, logFile, wrapped = false) {
    const out = openSync(logFile, 'a');
    this.name = name;
    this.wrapped = wrapped;
    this.log = logFile;
    this.ended = new Promise((done) => {
      this.child = spawn(command, args, { env, stdio: ['ignore', out, out], detached: true, cwd: root });
      this.child.once('error', () => done(-1));
      this.child.once('exit', (code, signal) => done(signal ?? code));
    });
    this.alive = true;
    this.ended.then((how) => {
      this.alive = false;
      this.how = how;
    });
  }
  get pid() {
    return this.child.pid;
  }
  /** A tracer that is told to end lets its program run on, so it is the program that is told. */
  target() {
    if (!this.wrapped) return this.pid;
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim().split(' ');
    return Number(children[0]) || this.pid;
  }
  kill(signal = 'SIGKILL') {
    try {
      process.kill(this.target(), signal);
    } catch {
      /* it has ended */
    }
  }
  async stop(timeoutMs = 30000) {
    if (!this.alive) return this.how;
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), timeoutMs);
    const how = await this.ended;
    clearTimeout(late);
    return how;
  }
}

/** A city on this machine: one folder, one simulator, any number of gateways on one data folder. */
export class City {
  constructor(name) {
    this.folder = mkdtempSync(join(tmpdir(), `kairan-${name}-`));
    this.dataDir = join(this.folder, 'data');
    mkdirSync(this.dataDir, { mode: 0o700 });
    this.secret = randomBytes(16).toString('hex');
    this.token = randomBytes(24).toString('base64url');
    this.record = join(this.folder, 'outbound.jsonl');
    this.processes = [];
    process.once('exit', () => this.killAll());
  }

  start(name, args, env = {}, wrap = []) {
    const command = [...wrap, kairanPath, ...args];
    const clean = {
      PATH: process.env.PATH,
      HOME: this.folder,
      TMPDIR: this.folder,
      LC_ALL: 'C.UTF-8',
      // A killed process cannot report leaks, and under a tracer the check cannot run.
      ASAN_OPTIONS: `detect_leaks=${wrap.length ? 0 : 1}:abort_on_error=0`,
      ...env,
    };
    const started = new Process(name, command[0], command.slice(1), clean, join(this.folder, `${name}.log`), wrap.length > 0);
    this.processes.push(started);
    return started;
  }

  /** Other processes' ports are found by asking the system, so a lost race is tried again. */
  async simulator(args = []) {
    for (let attempt = 0; ; attempt += 1) {
      this.simulatorPort = await freePort();
      this.publicPort ??= await freePort();
      this.simulatorUrl = `http://127.0.0.1:${this.simulatorPort}`;
      const simulator = this.start(
        'simulator',
        ['simulator', '--listen', `127.0.0.1:${this.simulatorPort}`,
          '--webhook', `http://127.0.0.1:${this.publicPort}/webhook/line`, '--record', this.record, ...args],
        { KAIRAN_LINE_CHANNEL_SECRET: this.secret, KAIRAN_LINE_ACCESS_TOKEN: this.token },
      );
      try {
        await until('simulator', async () => {
          if (!simulator.alive) throw new Error(readFileSync(simulator.log, 'utf8').slice(-2000));
          return (await http('GET', `${this.simulatorUrl}/`)).status === 200;
        }, 15000);
        return simulator;
      } catch (error) {
        await simulator.stop(1000);
        if (attempt === 2) throw error;
      }
    }
  }

  environment(publicPort, consolePort) {
    return {
      KAIRAN_PUBLIC_LISTEN: `127.0.0.1:${publicPort}`,
      KAIRAN_CONSOLE_LISTEN: `127.0.0.1:${consolePort}`,
      KAIRAN_DATA_DIR: this.dataDir,
      KAIRAN_CONTENT: join(root, 'content/kashima'),
      KAIRAN_LINE_CHANNEL_SECRET: this.secret,
      KAIRAN_LINE_ACCESS_TOKEN: this.token,
      KAIRAN_LINE_API_BASE: this.simulatorUrl,
      KAIRAN_LINE_DATA_API_BASE: this.simulatorUrl,
    };
  }

  /**
   * Runs a program to its end beside the gateway: what it wrote, and its exit code or signal.
   * @param more  `input` for its standard input, `env` besides the city's, `cwd`
   */
  run(program, args, { input = '', env = {}, cwd = this.folder } = {}) {
    return new Promise((done, failed) => {
      const child = spawn(program, args, {
        cwd, env: { PATH: process.env.PATH, HOME: this.folder, LC_ALL: 'C.UTF-8', ...this.environment(1, 2), ...env },
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (piece) => { out += piece; });
      child.stderr.on('data', (piece) => { err += piece; });
      child.once('error', failed);
      child.once('close', (code, signal) => done({ code: code ?? signal, out, err }));
      child.stdin.on('error', () => undefined); // its exit code says more
      child.stdin.end(input);
    });
  }

  /** The same for what must succeed: what it wrote, without white space at its ends. */
  async must(program, args, more) {
    const { code, out, err } = await this.run(program, args, more);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code} ${out} ${err}`);
    return out.trim();
  }

  /** Starts a gateway; with no ports given, the simulator's webhooks go to it. */
  async gateway({ publicPort = this.publicPort, args = [], env = {}, wrap = [], wait = true, name = 'gateway' } = {}) {
    const consolePort = await freePort();
    const gateway = this.start(name, ['serve', ...args], { ...this.environment(publicPort, consolePort), ...env }, wrap);
    gateway.publicUrl = `http://127.0.0.1:${publicPort}`;
    gateway.consoleUrl = `http://127.0.0.1:${consolePort}`;
    if (wait) await this.ready(gateway);
    return gateway;
  }

  async ready(gateway, deadlineMs = 60000) {
    await until(`${gateway.name} ready`, async () => {
      if (!gateway.alive) throw new Error(`it ended: ${readFileSync(gateway.log, 'utf8').slice(-3000)}`);
      return (await http('GET', `${gateway.consoleUrl}/readyz`)).status === 200;
    }, deadlineMs);
  }

  /** Process ids of the embedded Redis of this folder: it works in a folder of its own below the data folder. */
  redisPids() {
    return readdirSync('/proc').filter((entry) => {
      if (!/^\d+$/.test(entry)) return false;
      try {
        return readFileSync(`/proc/${entry}/comm`, 'utf8').startsWith('redis-server') &&
          readlinkSync(`/proc/${entry}/cwd`).startsWith(this.dataDir);
      } catch {
        return false;
      }
    }).map(Number);
  }

  /** Sends one signed webhook of this body to a gateway and returns the answer. */
  async webhook(url, events, headers = {}) {
    const body = JSON.stringify({ destination: `U${'0'.repeat(31)}1`, events });
    return http('POST', `${url}/webhook/line`, body, { 'x-line-signature': sign(this.secret, body), ...headers });
  }

  killAll() {
    for (const each of this.processes) each.kill('SIGKILL');
    for (const pid of this.redisPids()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        /* it has ended */
      }
    }
  }

  async stopAll() {
    for (const each of [...this.processes].reverse()) await each.stop();
  }

  remove() {
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A member of staff at the API. */
export class Staff {
  cookies = new Map();
  csrf = '';
  constructor(url) {
    this.url = url;
  }
  async call(method, path, body, headers = {}) {
    const all = { 'accept-language': 'ja', 'x-csrf-token': this.csrf, ...headers };
    if (this.cookies.size > 0) all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await http(method, `${this.url}/api/v1${path}`, body, all, 30000);
    for (const line of cookieLines(answer.headers)) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }
  async must(method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }
  async login(name, password) {
    await this.must('POST', '/session/login', { name, password });
    this.csrf = (await this.must('GET', '/session')).json.csrf_token;
    return this;
  }
}

/** Two people put the content folder's rules of warnings in force, as staff do it at a terminal. @return the hash */
export async function publishRules(city) {
  for (const name of ['teian', 'kokai']) {
    await city.must(kairanPath, ['account', 'add', name, '--role', 'emergency_officer', '--section', '総務課'], { input: 'matsuri-no-taiko-42\n' });
  }
  const hash = await city.must(kairanPath, ['alerts', 'propose', '--as', 'teian']);
  await city.must(kairanPath, ['alerts', 'publish', hash, '--as', 'kokai']);
  return hash;
}

/** Named checks, each of which can be false; the last line is what scripts/test counts. */
export class Checks {
  passed = 0;
  failed = 0;
  skipped = 0;
  skip(name, reason) {
    this.skipped += 1;
    console.log(`skipped: ${name}: ${reason}`);
  }
  async test(name, run) {
    const start = Date.now();
    try {
      await run();
      this.passed += 1;
      console.log(`ok: ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED: ${name}\n    ${String(error.stack ?? error).replaceAll('\n', '\n    ')}`);
    }
  }
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed${this.skipped ? `, ${this.skipped} skipped` : ''}`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

export function equal(actual, expected, what) {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

export function truthy(value, what) {
  if (!value) throw new Error(what);
}

/** Holds what the city's gateway sent to LINE's own description, by the tool of --openapi-check where the description is there. */
export async function checkOutbound(checks, city) {
  const openapiCheck = option('openapi-check');
  const shared = process.env.KAIRAN_SHARED ?? join(root, '../shared');
  if (openapiCheck && existsSync(openapiCheck) && existsSync(join(shared, 'reference/line-openapi'))) {
    await checks.test("every outbound request is valid by LINE's own description", () => {
      const run = spawnSync(openapiCheck, [city.record], { encoding: 'utf8', env: { ...process.env, KAIRAN_SHARED: shared } });
      equal(run.status, 0, `${run.stdout}${run.stderr}`);
    });
  } else {
    checks.skip("outbound requests against LINE's own description", 'it is not here');
  }
}
