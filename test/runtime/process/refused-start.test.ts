import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Ending } from '../../../src/model/session.js';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { examineExecutable, machineFor } from '../../../src/runtime/process/examine-executable.js';
import { startProcess } from '../../../src/runtime/process/start.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-refused-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How the start of a file comes out. */
async function ending(name: string): Promise<Ending> {
  const artefact = path.join(folder, name);
  try {
    const started = await startProcess({
      argv: [artefact],
      cwd: folder,
      env: { PATH: process.env.PATH ?? '' },
      session: {
        artefact,
        target: process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64',
        cwd: folder,
        deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
        services: { answer: () => Promise.reject(new Error('Nothing is asked here.')) },
      },
      takesStdout: true,
      stdin: 'ignore',
      awaits: { stage: 'handshake', what: 'its handshake line' },
    });
    started.stdout.resume();
    return await started.supervisor.ended;
  } catch (error) {
    if (error instanceof SessionFailure) return error.ending;
    throw error;
  }
}

function write(name: string, content: string | Buffer, mode = 0o755): string {
  writeFileSync(path.join(folder, name), content, { mode });
  return name;
}

/** This machine's own Node with some bytes of its head changed. */
function patched(name: string, patches: Readonly<Record<number, Buffer>>): string {
  const file = path.join(folder, name);
  copyFileSync(process.execPath, file);
  chmodSync(file, 0o755);
  const bytes = readFileSync(file);
  for (const [at, patch] of Object.entries(patches)) patch.copy(bytes, Number(at));
  writeFileSync(file, bytes);
  return name;
}

const OTHER = process.arch === 'arm64' ? { machine: 62, arch: 'x64' } : { machine: 183, arch: 'arm64' };

test.runIf(process.platform === 'linux').each([
  ['is not there', () => 'missing', 'The file is not there.', 'cpex.yaml|--plugin'],
  ['is not executable', () => write('mode', '#!/bin/sh\n', 0o644), 'It is not executable.', '^chmod \\+x '],
  [
    'is a folder',
    () => {
      mkdirSync(path.join(folder, 'dir'));
      return 'dir';
    },
    'It is a folder.',
    'executable itself',
  ],
  [
    'is a text file',
    () => write('README', 'How to build\n===\n'),
    'It is a text file without a line such as',
    'sources',
  ],
  ['is empty', () => write('empty', ''), 'It is empty.', 'Build it again'],
  ['is nothing known', () => write('noise', Buffer.from([1, 2, 3, 0, 255])), 'no executable of any format', 'sources'],
  [
    'names an interpreter that is not there',
    () => write('script', '#!/usr/bin/env cpex-no-such-thing\n'),
    "Its interpreter cpex-no-such-thing is not there along the plugin's PATH.",
    'Install cpex-no-such-thing',
  ],
  [
    'has line ends of Windows',
    () => write('crlf', '#!/bin/sh\r\necho hello\r\n'),
    'Its first line names "/bin/sh" and ends as lines of Windows do',
    'line ends of Unix',
  ],
  [
    'is for another processor',
    () => patched('foreign', { 18: Buffer.from([OTHER.machine, 0]) }),
    `It is for linux ${OTHER.arch}, and this machine is linux ${process.arch}.`,
    'cpex build --target',
  ],
  [
    'is for Windows',
    () => {
      const head = Buffer.alloc(512);
      head.write('MZ');
      head.writeUInt32LE(64, 60);
      head.write('PE\0\0', 64, 'latin1');
      head.writeUInt16LE(0x8664, 68);
      return write('plugin.exe', head);
    },
    `It is for windows x64, and this machine is linux ${process.arch}.`,
    'cpex build --target',
  ],
])('says of a file that it %s', async (_what, make, says, remedy) => {
  const name = make();
  const found = await ending(name);
  expect(found).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining(says),
    evidence: expect.arrayContaining([expect.stringContaining(`file: ${path.join(folder, name)}`)]),
    remedy: expect.stringMatching(remedy),
  });
});

test.runIf(process.platform === 'linux')('says of a program that its loader is not there', async () => {
  const loader = /\/lib[^\0]*\/ld-[^\0]*/.exec(readFileSync(process.execPath).toString('latin1', 0, 8192));
  if (loader === null) throw new Error('This Node is linked statically.');
  const name = patched('musl', { [loader.index]: Buffer.from('/lib/ld-nowhere.so.1\0') });
  expect(await ending(name)).toMatchObject({
    kind: 'refused',
    stage: 'spawn',
    message: expect.stringContaining('Its loader /lib/ld-nowhere.so.1 is not there'),
    remedy: expect.stringContaining('link it statically'),
  });
});

test('finds nothing wrong with a program of this machine, and blames none that something else can run', () => {
  const own = machineFor('linux-x64', false);
  expect(examineExecutable(process.execPath, own, {}).problem).toBeUndefined();
  if (process.platform !== 'linux') return;
  const script = path.join(folder, write('good-script', '#!/usr/bin/env -S node --no-warnings\n'));
  expect(examineExecutable(script, own, { PATH: process.env.PATH ?? '' }).problem).toBeUndefined();
  const foreign = machineFor(process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64', true);
  expect(examineExecutable(path.join(folder, 'foreign'), foreign, {}).problem).toBeUndefined();
});

test.runIf(process.platform === 'linux')('names the library that a program lacks, as its loader says it', async () => {
  const name = write(
    'lacking',
    `#!/bin/sh\necho "$0: error while loading shared libraries: libgone.so.1: cannot open shared object file" >&2\nexit 127\n`,
  );
  expect(await ending(name)).toMatchObject({
    kind: 'refused',
    stage: 'handshake',
    message: 'The plugin ended with code 127 before it sent its handshake line.',
    remedy: 'Install libgone.so.1, or link it into the plugin.',
  });
});
