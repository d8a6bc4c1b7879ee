// Run as a program of its own by probe-orphans.test.ts: starts a session in the probe, says who it is, and waits to be killed.
import { type ForeignTarget, foreignEngine } from './foreign.js';

const [target = 'linux-x64', artefact = '', cwd = '', method = 'spin'] = process.argv.slice(2);

async function main(): Promise<void> {
  const engine = await foreignEngine(target as ForeignTarget);
  const session = await engine.start({
    artefact,
    target: target as ForeignTarget,
    native: { entry: 'cpex_plugin_init', abiVersion: 1 },
    cwd,
    deadlines: { start: 120_000, call: 120_000, stop: 120_000 },
    services: {
      // Never answers: a thread of the plugin stays blocked.
      answer: () => new Promise(() => undefined),
    },
  });
  await session.call('echo', Buffer.alloc(1)).end;
  session.call(method, Buffer.alloc(0));
  process.stdout.write(`${session.pid}\n`);
}

void main();
