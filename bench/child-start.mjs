// From nothing to a plugin that has answered `plugin.register`, against a bare start of Node.
import { run } from './support/cost.mjs';
import { main, milliseconds, ratioRow } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { sessionStarter } from './support/sessions.mjs';
import { compileEcho, inWorkspace } from './support/workspace.mjs';

const NAMES = { c: 'C', go: 'Go', rust: 'Rust' };

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const start = await sessionStarter(folder);
    const arms = { base: () => run([process.execPath, '-e', '0']).wall };
    for (const language of Object.keys(NAMES)) {
      const plugin = compileEcho(language, folder);
      if (plugin !== undefined) arms[language] = () => registered(start, plugin);
    }
    const samples = await interleave(arms, quick ? 1 : 25);
    const base = best(samples.base);
    const { base: _, ...languages } = samples;
    return {
      title: 'Start of a plugin in its child, wall time',
      rows: [
        { what: '`node -e 0`', measured: milliseconds(base) },
        ...Object.entries(languages).map(([language, walls]) =>
          ratioRow(`${NAMES[language]} plugin, spawn to registered`, milliseconds(best(walls)), best(walls) / base, 2),
        ),
      ],
    };
  });
}

/** Milliseconds. */
async function registered(start, plugin) {
  const before = performance.now();
  const session = await start(plugin);
  await session.call('plugin.register', Buffer.from('{}')).end;
  const wall = performance.now() - before;
  await session.stop();
  return wall;
}

await main(import.meta.url, measure);
