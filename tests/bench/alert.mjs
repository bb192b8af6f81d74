// From a telegram in the watched folder to the phones, with a bulk broadcast running; times are those the simulator recorded.
// usage: node alert.mjs --kairan PATH --tool PATH [--people 12000] [--rounds 3]
// Bars: first multicast within 1 s, the last of everyone within 3 s, each person once.
import { option, until } from '../e2e/lib.mjs';
import { Crowd, say, verdict } from './crowd.mjs';

const people = Number(option('people', '12000'));
const rounds = Number(option('rounds', '3'));
for (let round = 1; round <= rounds; round += 1) {
  const crowd = await Crowd.open(people);
  const end = crowd.bulk(0);
  await until('the bulk broadcast runs', async () => (await crowd.sim('GET', 'sends?limit=1')).json.total > 40, 60000);
  say(`round ${round} of ${rounds}: the bulk broadcast runs, a warning comes in`);
  const figures = await crowd.warned(crowd.warn());
  await end();
  verdict('alert', { round, ...figures }, {
    'first multicast within 1 s': figures.first_ms <= 1000,
    'last within 3 s': figures.all_ms <= 3000,
    'each person once': figures.once === people && figures.more === 0,
    'the bulk broadcast was running': figures.bulk_multicasts_meanwhile > 0,
  });
  await crowd.close();
}
