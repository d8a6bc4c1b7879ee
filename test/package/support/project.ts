import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PackageOptions, type PackageSeams, packageProject } from '../../../src/install/package/service.js';
import type { RunContext } from '../../../src/model/context.js';
import { findProject } from '../../../src/project/find.js';

export interface ProjectPlace {
  readonly root: string;
  readonly out: string;
  readonly context: RunContext;
  /** Writes `cpex.yaml`; a value of undefined leaves a key out. */
  manifest(changes?: Readonly<Record<string, unknown>>): void;
  /** Puts a library and its record into `dist/<target>/`. */
  built(target: string, library: Uint8Array, changes?: Readonly<Record<string, unknown>>): string;
  pack(options?: Partial<PackageOptions>, seams?: PackageSeams): ReturnType<typeof packageProject>;
  read(name: string): string;
  remove(): void;
}

const MANIFEST = {
  manifest: 1,
  id: 'sample',
  version: '1.2.3',
  name: 'A sample',
  description: 'Shows how it is done.',
  author: 'A. Author',
  license: 'MIT',
  repository: 'https://github.com/acme/sample',
  language: 'c',
  host: 'cliproxy',
  capabilities: ['usage_plugin'],
};

/** A project whose builds are put there by the test. */
export function projectPlace(name = 'package'): ProjectPlace {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), `cpex-test-${name}-`)));
  const context: RunContext = {
    cwd: root,
    env: process.env,
    emit: () => undefined,
    signal: new AbortController().signal,
    interactive: false,
  };
  const stated = () => JSON.parse(readFileSync(path.join(root, 'cpex.yaml'), 'utf8')) as typeof MANIFEST;
  return {
    root,
    out: path.join(root, 'dist', 'package'),
    context,
    manifest: (changes = {}) =>
      writeFileSync(path.join(root, 'cpex.yaml'), JSON.stringify({ ...MANIFEST, ...changes })),
    built: (target, library, changes = {}) => {
      const { id, version, host, language } = stated();
      const folder = path.join(root, 'dist', target);
      const extension = target.startsWith('windows') ? '.dll' : target.startsWith('darwin') ? '.dylib' : '.so';
      const file = `${id}${extension}`;
      const sha256 = createHash('sha256').update(library).digest('hex');
      const record = {
        v: 1,
        id,
        version,
        profile: host,
        language,
        target,
        mode: 'release',
        file,
        sha256,
        size: library.length,
        sources: { count: 0, sha256: '' },
        ...changes,
      };
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, file), library);
      writeFileSync(path.join(folder, 'build.json'), JSON.stringify(record));
      return path.join(folder, file);
    },
    pack: async (options = {}, seams = {}) => {
      const project = await findProject(root);
      if (project === undefined) throw new Error('no project');
      return packageProject({ project, targets: [], noBuild: true, dryRun: false, ...options }, context, seams);
    },
    read: (file) => readFileSync(path.join(root, 'dist', 'package', file), 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
