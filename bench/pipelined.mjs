// Calls from the CLI's process to the plugin's and back, against a C parent with a C child over the
// same kind of pipe.
import { run } from './support/cost.mjs';
import { main, ratioRow, time } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { sessionStarter } from './support/sessions.mjs';
import { compileEcho, compileProgram, inWorkspace } from './support/workspace.mjs';

const SIZE = 100;
/** Calls on their way at a time. */
const WINDOW = 1000;

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const plugin = compileEcho('c', folder);
    const pair = compileProgram('pair', folder);
    const session = await (await sessionStarter(folder))(plugin);
    const request = Buffer.alloc(SIZE, 'x');
    const pipelined = quick ? WINDOW : 40_000;
    const sequential = quick ? 10 : 4000;
    const cPair = (count, window) => Number(run([pair, plugin, String(SIZE), String(count), String(window)]).stdout);
    const samples = await interleave(
      {
        cPipelined: () => cPair(pipelined, WINDOW),
        pipelined: () => windows(session, request, pipelined, WINDOW),
        cSequential: () => cPair(sequential, 1),
        sequential: () => windows(session, request, sequential, 1),
      },
      quick ? 1 : 9,
    );
    await session.stop();
    const figure = (arm) => best(samples[arm]);
    const row = (what, arm, base, limit) => ratioRow(what, time(figure(arm)), figure(arm) / figure(base), limit);
    return {
      title: 'From the CLI to the plugin and back, 100 B',
      rows: [
        { what: `C parent and C child, ${WINDOW} calls under way`, measured: time(figure('cPipelined')) },
        row(`cpex, ${WINDOW} calls under way`, 'pipelined', 'cPipelined', 2),
        { what: 'C parent and C child, one after another', measured: time(figure('cSequential')) },
        row('cpex, one after another', 'sequential', 'cSequential'),
      ],
    };
  });
}

/** Nanoseconds per call, with `window` calls under way at a time: each that ends makes room for one. */
async function windows(session, request, count, window) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await session.call('echo', request).end;
  };
  const before = performance.now();
  await Promise.all(Array.from({ length: window }, lane));
  return ((performance.now() - before) * 1e6) / count;
}

await main(import.meta.url, measure);
