import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProtoFiles } from '../../../src/hosts/go-plugin/proto/load-files.js';
import type { Services } from '../../../src/hosts/go-plugin/proto/model.js';

export const FIXTURE = path.resolve('test/plugins/go-plugin');

export interface Question {
  readonly type: string;
  /** A document, or a message. */
  readonly json?: string;
  readonly wire?: Uint8Array;
}

/** What Go's own ProtoJSON made of it. */
export type Outcome = { readonly json: string; readonly wire: Uint8Array } | { readonly error: string };

/** Asks the Go program, which is compiled where its sources have changed. */
export function askGo(questions: readonly Question[]): Outcome[] {
  if (questions.length === 0) return [];
  const input = questions.map(({ type, json, wire }) =>
    JSON.stringify(json === undefined ? { type, wire: Buffer.from(wire ?? []).toString('base64') } : { type, json }),
  );
  const { status, stdout, stderr } = spawnSync(program(), {
    input: `${input.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const said = JSON.parse(line) as { wire?: string; json?: string; error?: string };
      if (said.error !== undefined) return { error: said.error };
      return { json: said.json ?? '', wire: Buffer.from(said.wire ?? '', 'base64') };
    });
}

function program(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(FIXTURE, { recursive: true }).map(String).sort();
  const used = sources.filter((name) => /^(?:protojson|fixturepb)\/.*\.go$|^go\.(?:mod|sum)$/.test(name));
  for (const name of used) hash.update(readFileSync(path.join(FIXTURE, name)));
  const folder = path.join(tmpdir(), `cpex-test-plugins-${process.getuid?.() ?? 0}`);
  const file = path.join(folder, `protojson-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const fresh = `${file}.${process.pid}`;
  const { status, stderr } = spawnSync('go', ['build', '-o', fresh, './protojson'], { cwd: FIXTURE, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The oracle cannot be compiled:\n${stderr}`);
  renameSync(fresh, file);
  return file;
}

const GOOGLE = ['any', 'empty', 'field_mask', 'struct', 'wrappers'];

/** The fixture's services, and Google's own messages. */
export async function fixtureServices(): Promise<Services> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cpex-proto-'));
  const file = path.join(folder, 'google.proto');
  const imports = GOOGLE.map((name) => `import "google/protobuf/${name}.proto";`);
  writeFileSync(file, `syntax = "proto3";\n${imports.join('\n')}\n`);
  try {
    return await loadProtoFiles(['fixture.proto', file], FIXTURE);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
