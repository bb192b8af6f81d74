// What the emergency's two benches share: a city of followers, a bulk broadcast that does not end, a warning put into the
// watched folder, and what the simulator recorded of it.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { City, delay, http, kairanPath, option, publishRules, until } from '../e2e/lib.mjs';
import { telegramName, warning } from '../e2e/telegrams.mjs';

const tool = resolve(option('tool', join(kairanPath, '../../../tests/bench/dispatch_tool')));
export const say = (line) => console.error(line);

export class Crowd {
  static async open(people) {
    const crowd = new Crowd();
    crowd.people = people;
    crowd.city = new City('crowd');
    crowd.folder = join(crowd.city.folder, 'telegrams');
    mkdirSync(crowd.folder);
    await crowd.city.simulator(['--users', String(people), '--multicast-ms', '50', '--reply-ms', '100']);
    crowd.gateway = await crowd.city.gateway({ env: { KAIRAN_CAP_FOLDER: crowd.folder } });
    const ids = (await crowd.sim('GET', 'users.csv')).text;
    crowd.ids = ids.split(/\r?\n/).filter((id) => /^U[0-9a-f]{32}$/.test(id));
    await crowd.tool(['adopt'], ids);
    await publishRules(crowd.city);
    say(`${people} people`);
    return crowd;
  }

  sim(method, path, body, timeoutMs = 60000) {
    return http(method, `${this.city.simulatorUrl}/sim/${path}`, body, {}, timeoutMs);
  }

  async tool(args, input) {
    const out = await this.city.must(tool, args, { input });
    return out ? JSON.parse(out) : {};
  }
  kairan(args, input) {
    return this.city.must(kairanPath, args, { input });
  }

  /** Orders bulk broadcasts until told to end: `every` ms one of them to everyone. */
  bulk(every) {
    let ending = false;
    const running = (async () => {
      for (let n = 0; !ending; n += 1) {
        await this.tool(['order', 'bulk', `一斉配信${n}`]);
        await delay(every);
      }
    })();
    return async () => {
      ending = true;
      await running;
    };
  }

  /** Puts a special warning into the watched folder. @return when, ms */
  warn() {
    const at = new Date();
    const name = telegramName(at);
    writeFileSync(join(this.folder, `.${name}`), warning({ at, headline: '見本' }));
    const put = Date.now();
    renameSync(join(this.folder, `.${name}`), join(this.folder, name));
    return put;
  }

  /** Waits until the warning has reached everybody and says when, by the simulator's own times. */
  async warned(put) {
    let seen;
    await until('the warning is with everyone', async () => {
      seen = (await this.sim('GET', `histogram?contains=${encodeURIComponent('大雨特別警報')}&endpoint=multicast`)).json;
      return seen.never === 0;
    }, 120000, 150);
    const { sends } = (await this.sim('GET', 'sends?limit=1000')).json;
    const ours = sends.filter((send) => JSON.stringify(send.messages).includes('大雨特別警報'));
    const first = Math.min(...ours.map((send) => send.at));
    const last = Math.max(...ours.map((send) => send.at));
    const beside = sends.filter((send) => send.at >= put && send.at <= last && !ours.includes(send));
    return {
      people: this.people, once: seen.once, never: seen.never, more: seen.more, multicasts: ours.length,
      first_ms: first - put, all_ms: last - put, bulk_multicasts_meanwhile: beside.length,
    };
  }

  async close() {
    await this.city.stopAll();
    this.city.remove();
  }
}

/** Prints a case with its verdict. `bars` are conditions by name. */
export function verdict(bench, figures, bars) {
  const missed = Object.entries(bars).filter(([, met]) => !met).map(([name]) => name);
  console.log(JSON.stringify({ bench, ...figures, verdict: missed.length === 0 ? 'PASS' : 'FAIL', ...(missed.length ? { missed } : {}) }));
  if (missed.length > 0) process.exitCode = 1;
}

export function percentile(sorted, share) {
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}
