// Run as a program of its own by orphans.test.ts: starts processes under the guardian until it is killed.
import type { SessionOptions } from '../../../src/model/session.js';
import { privateFolder, sessionFolder } from '../../../src/runtime/process/private-folder.js';
import { startProcess } from '../../../src/runtime/process/start.js';

const [cwd = '', mark = '', program = ''] = process.argv.slice(2);

const session: SessionOptions = {
  artefact: '/bin/sh',
  target: 'linux-x64',
  cwd,
  deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
  services: { answer: () => new Promise(() => undefined) },
};

// Answers between two steps, so when each is done.
process.on('SIGUSR2', () => process.stdout.write('alive\n'));

async function main(): Promise<void> {
  process.stdout.write('starting\n');
  privateFolder();
  await sessionFolder('run', 'grpc');
  const started = await startProcess({
    argv: ['/bin/sh', '-c', program],
    cwd,
    env: { PATH: process.env.PATH ?? '', CPEX_TEST_MARK: mark },
    session,
    takesStdout: true,
    stdin: 'ignore',
    awaits: { stage: 'handshake', what: 'its handshake line' },
  });
  started.stdout.once('data', () => {
    started.up();
    process.stdout.write('up\n');
  });
}

void main();
