// One call of a plugin, against a plain C host with the same plugin in the same run.
//
// `borrowed` and `copied` are loops inside the child (`Session.loop`); `call` is one call after
// another from this process and back, which has no counterpart in a host without a child.
import { run } from './support/cost.mjs';
import { main, ratioRow, time } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { sessionStarter } from './support/sessions.mjs';
import { compileEcho, compileProgram, inWorkspace } from './support/workspace.mjs';

const SIZES = [
  { name: '100 B', size: 100, loop: 100_000, calls: 2000 },
  { name: '1 KiB', size: 1024, loop: 100_000, calls: 2000 },
  { name: '64 KiB', size: 64 * 1024, loop: 4000, calls: 500 },
  { name: '1 MiB', size: 2 ** 20, loop: 200, calls: 60 },
  { name: '64 MiB', size: 64 * 2 ** 20, loop: 3, calls: 3 },
];

/** Budgets as multiples of the C host. */
const LIMITS = {
  c: {
    borrowed: { '100 B': 20, '64 KiB': 2.5, '64 MiB': 1.3 },
    copied: { '100 B': 25, '64 KiB': 5, '64 MiB': 1.5 },
  },
  go: { borrowed: { '100 B': 9 } },
  rust: {},
};
const NAMES = { c: 'C', go: 'Go', rust: 'Rust' };

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const start = await sessionStarter(folder);
    const host = compileProgram('host', folder);
    const rows = [];
    for (const language of Object.keys(NAMES)) {
      const plugin = compileEcho(language, folder);
      if (plugin === undefined) continue;
      const session = await start(plugin);
      for (const size of SIZES) rows.push(...(await sizeRows({ language, plugin, host, session, size, quick })));
      await session.stop();
    }
    return { title: 'A call in the host', rows };
  });
}

async function sizeRows({ language, plugin, host, session, size, quick }) {
  const loops = quick ? 2 : size.loop;
  const request = Buffer.alloc(size.size, 'x');
  const loop = async (mode) => {
    const { totalNs, count } = await session.loop('echo', request, loops, { mode });
    return totalNs / count;
  };
  const samples = await interleave(
    {
      host: () => Number(run([host, plugin, String(size.size), String(loops)]).stdout),
      borrowed: () => loop('borrowed'),
      copied: () => loop('copied'),
      call: () => callOneByOne(session, request, quick ? 2 : size.calls),
    },
    quick ? 1 : 7,
  );
  const figure = (arm) => best(samples[arm]);
  const limits = LIMITS[language];
  const label = `${NAMES[language]}, ${size.name}`;
  const row = (arm, limit) => ratioRow(`${label}, ${arm}`, time(figure(arm)), figure(arm) / figure('host'), limit);
  return [
    { what: `${label}, C host`, measured: time(figure('host')) },
    row('borrowed', limits.borrowed?.[size.name]),
    row('copied', limits.copied?.[size.name]),
    { what: `${label}, call from the CLI and back`, measured: time(figure('call')) },
  ];
}

/** Nanoseconds per call. */
async function callOneByOne(session, request, count) {
  const before = performance.now();
  for (let i = 0; i < count; i++) await session.call('echo', request).end;
  return ((performance.now() - before) * 1e6) / count;
}

await main(import.meta.url, measure);
