import { chmodSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linkOf } from '../../src/audit/link-facts.js';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import {
  appleFacts,
  BUILD_MS,
  type BuiltLibrary,
  buildOne,
  ENV,
  exportsOf,
  highestGlibc,
  kindFor,
  kindOf,
  lackFor,
  mentions,
  titled,
} from './foreign-library.js';
import { freshFolder, removeFolders, replaceIn, tinyProject, write } from './projects.js';

afterAll(removeFolders);

/** What Go links on macOS besides the C library comes in with name look-ups and certificates. */
const NETWORK = `package main

import (
	"crypto/x509"
	"net"
)

func reachable() bool {
	pool, err := x509.SystemCertPool()
	_, lookup := net.LookupHost("localhost")
	return err == nil && lookup == nil && !pool.Equal(x509.NewCertPool())
}

var _ = reachable()
`;

function goProject(files: Readonly<Record<string, string>> = {}, name?: string): Project {
  const project = tinyProject('go', freshFolder(name));
  for (const [file, text] of Object.entries(files)) write(project.root, file, text);
  return project;
}

interface Pair {
  readonly target: TargetName;
  readonly glibc?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const PAIRS: readonly Pair[] = [
  { target: 'linux-arm64' },
  { target: 'linux-x64', glibc: '2.17' },
  { target: 'windows-x64' },
  { target: 'windows-arm64' },
  { target: 'darwin-x64' },
  { target: 'darwin-arm64', files: { 'network.go': NETWORK } },
  { target: 'freebsd-x64' },
];
const lacks = new Map<TargetName, string | undefined>();
for (const { target, glibc } of PAIRS) lacks.set(target, await lackFor('go', target, glibc));

describe.each(PAIRS)('Go for $target', ({ target: name, glibc, files = {} }) => {
  const lack = lacks.get(name);
  const target = TARGETS[name];
  const options = glibc === undefined ? {} : { glibc };

  describe.skipIf(lack !== undefined)(titled('from this machine', lack), () => {
    let built: BuiltLibrary;

    it('builds, passes the audit and leaves nothing beside the library', { timeout: BUILD_MS }, async () => {
      const project = goProject(files);
      const before = readdirSync(project.root);
      built = await buildOne(project, name, options);
      // Tools leave files where they stand, too.
      const made = readdirSync(project.root).filter((one) => !before.includes(one));
      expect(made.sort()).toEqual(['.cpex', 'dist', 'internal']);
      expect(built.result.findings.filter((one) => one.severity === 'fail')).toEqual([]);
      const names = ['build.json', `tiny${target.libraryExtension}`];
      expect(readdirSync(path.dirname(built.file)).sort()).toEqual(names);
    });

    it('makes what LLVM takes for the target, with the entry among its exports', ({ skip }) => {
      const kind = kindOf(built.file);
      if (kind === undefined) return skip('no llvm-readobj');
      expect(kind).toBe(kindFor(target));
      const names = exportsOf(built.file, target);
      expect(names).toContain('cpex_plugin_init');
      if (target.os === 'windows') expect(names).toHaveLength(1);
    });

    it('leaves out what only a debugger reads', () => {
      const audit = built.result.audits[0];
      const link = audit === undefined ? undefined : linkOf(audit.facts);
      expect(link?.debugBytes).toBe(0);
      // zig's linker for macOS adds names of its own for calls into other libraries.
      if (target.os !== 'darwin') expect(link?.stripped).toBe(true);
    });

    it('makes the same bytes in another folder', { timeout: BUILD_MS }, async () => {
      expect((await buildOne(goProject(files, 'an other folder'), name, options)).sha256).toBe(built.sha256);
      expect(mentions(built.file, 'cpex-build-test')).toBeUndefined();
    });

    if (glibc !== undefined)
      it('works with the glibc that was wished for', () => {
        expect(built.result.plan.targets[0]?.toolchain.compiler?.source).toBe('zig');
        expect(highestGlibc(built.file)).toBeLessThanOrEqual(17);
      });

    if (target.os !== 'darwin') return;
    it('names it by @rpath, and signs it where macOS wants that', () => {
      expect(appleFacts(built)).toEqual({
        name: '@rpath/tiny.dylib',
        signature: target.arch === 'arm64' ? 'adhoc' : 'none',
        problems: [],
        minimum: '12.0',
      });
    });
  });
});

const noArm = lacks.get('linux-arm64');
describe.skipIf(noArm !== undefined)(titled("the key that skips Go's link, for a foreign target", noArm), () => {
  const project = goProject({ 'include/abi.h': '#define ANSWER 1\n' });
  const main = path.join(project.root, 'main.go');
  replaceIn(main, 'import "C"', '// #include "include/abi.h"\nimport "C"');
  replaceIn(main, 'C.int(len', 'C.int(C.ANSWER + len');
  const build = (env: Readonly<Record<string, string | undefined>> = ENV) => buildOne(project, 'linux-arm64', {}, env);
  const skipped = ({ explanation }: BuiltLibrary) => explanation.some((line) => line.startsWith('link: skipped'));
  let last: BuiltLibrary;

  it('holds while nothing changes, whatever CC is for the machine itself', { timeout: BUILD_MS }, async () => {
    const first = await build();
    last = await build({ ...ENV, CC: 'nowhere-gcc' });
    expect(skipped(last)).toBe(true);
    expect(last.sha256).toBe(first.sha256);
  });

  it('sees a header outside the package', { timeout: BUILD_MS }, async () => {
    replaceIn(path.join(project.root, 'include/abi.h'), 'ANSWER 1', 'ANSWER 7');
    const changed = await build();
    expect(changed.sha256).not.toBe(last.sha256);
    last = changed;
  });

  it('sees a source with a date from the past', { timeout: BUILD_MS }, async () => {
    replaceIn(main, 'C.ANSWER + len', 'C.ANSWER - len');
    utimesSync(main, 1, 1);
    const changed = await build();
    expect(changed.sha256).not.toBe(last.sha256);
    last = changed;
  });

  it('sees another compiler', { timeout: BUILD_MS }, async () => {
    const mine = path.join(freshFolder('bin'), 'my-gcc');
    write(path.dirname(mine), 'my-gcc', '#!/bin/sh\nexec aarch64-linux-gnu-gcc "$@"\n');
    chmodSync(mine, 0o755);
    const changed = await build({ ...ENV, CC_linux_arm64: mine });
    expect(skipped(changed)).toBe(false);
    expect(readFileSync(changed.file).length).toBeGreaterThan(0);
    const { compiler, helpers } = changed.result.plan.targets[0]?.toolchain ?? {};
    expect(compiler).toMatchObject({ source: 'explicit', tool: { path: mine } });
    expect(helpers?.map((tool) => tool.path)).toContain(mine);
  });
});
