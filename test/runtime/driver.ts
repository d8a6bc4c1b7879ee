// Run as a program of its own by orphans.test.ts: starts a session, says who it is, and waits to be killed.
import { nativeEngine } from '../../src/runtime/native/engine.js';
import type { Guardian } from '../../src/runtime/native/launch-config.js';

const [childEntry = '', artefact = '', cwd = '', guardian = 'kernel', method = 'spin'] = process.argv.slice(2);

async function main(): Promise<void> {
  const session = await nativeEngine({ childEntry, guardian: guardian as Guardian }).start({
    artefact,
    target: 'linux-x64',
    native: { entry: 'cpex_plugin_init', abiVersion: 1 },
    cwd,
    deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
    services: {
      // Never answers: the child's main thread stays blocked.
      answer: () => new Promise(() => undefined),
    },
  });
  await session.call('fork', Buffer.alloc(0)).end;
  session.call(method, Buffer.alloc(0));
  process.stdout.write(`${session.pid}\n`);
}

void main();
