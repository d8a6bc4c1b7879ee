import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuiltArtefact } from '../../src/build/build-model.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { missingFor, optionsFor, removeFolders, replaceIn, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

async function build(project: Project, env: Record<string, string> = {}): Promise<BuiltArtefact> {
  const { artefacts } = await buildProject(optionsFor(project), testContext({ ...process.env, ...env }));
  const [artefact] = artefacts;
  if (artefact === undefined) throw new Error('nothing was built');
  return artefact;
}

const skipped = (artefact: BuiltArtefact) => artefact.explanation.some((line) => line.startsWith('link: skipped'));

const missing = missingFor('go');
describe.skipIf(missing !== undefined)(
  `the key that skips Go's link${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const project = tinyProject('go');

    it('skips when nothing changed, and links again for a function body in a package further down', async () => {
      write(project.root, 'internal/deep/deep.go', 'package deep\n\n//go:noinline\nfunc Value() int { return 1 }\n');
      const main = path.join(project.root, 'main.go');
      replaceIn(main, '"tiny/internal/cpex"', '"tiny/internal/cpex"\n\t"tiny/internal/deep"');
      replaceIn(main, 'C.int(len', 'C.int(deep.Value() + len');
      const first = await build(project);
      expect(skipped(await build(project))).toBe(true);
      replaceIn(path.join(project.root, 'internal/deep/deep.go'), 'return 1', 'return 2');
      const changed = await build(project);
      expect(skipped(changed)).toBe(false);
      expect(changed.sha256).not.toBe(first.sha256);
    });

    it('links again when its own library was tampered with', async () => {
      const first = await build(project);
      const intermediate = path.join(project.root, '.cpex', 'build', hostTarget().name, 'go', 'tiny.so');
      write(path.dirname(intermediate), 'tiny.so', 'not a library');
      const second = await build(project);
      expect(skipped(second)).toBe(false);
      expect(second.sha256).toBe(first.sha256);
    });

    it('notices a header outside the package that includes it', async () => {
      const own = tinyProject('go');
      write(own.root, 'include/abi.h', '#define ANSWER 1\n');
      replaceIn(path.join(own.root, 'main.go'), 'import "C"', '// #include "include/abi.h"\nimport "C"');
      replaceIn(path.join(own.root, 'main.go'), 'C.int(len', 'C.int(C.ANSWER + len');
      const first = await build(own);
      replaceIn(path.join(own.root, 'include/abi.h'), 'ANSWER 1', 'ANSWER 7');
      expect((await build(own)).sha256).not.toBe(first.sha256);
    });

    it('notices a header of one package that another includes', async () => {
      const own = tinyProject('go');
      const abi = 'internal/cpex/abi.h';
      write(own.root, abi, '#define ANSWER 1\n');
      replaceIn(path.join(own.root, 'main.go'), 'import "C"', `// #include "${abi}"\nimport "C"`);
      replaceIn(path.join(own.root, 'main.go'), 'C.int(len', 'C.int(C.ANSWER + len');
      const first = await build(own);
      replaceIn(path.join(own.root, abi), 'ANSWER 1', 'ANSWER 7');
      expect((await build(own)).sha256).not.toBe(first.sha256);
    });

    it('leaves the check to go where the main package holds no cgo files, and still sees every edit', async () => {
      const own = tinyProject('go');
      const main = path.join(own.root, 'main.go');
      const entry = readFileSync(main, 'utf8').replace('package main', 'package entry').replace('func main() {}\n', '');
      write(own.root, 'internal/entry/entry.go', entry);
      write(own.root, 'main.go', 'package main\n\nimport _ "tiny/internal/entry"\n\nfunc main() {}\n');
      const first = await build(own);
      expect((await build(own)).explanation).toContain('link: left to go, which changed nothing');
      replaceIn(path.join(own.root, 'internal/entry/entry.go'), 'C.int(len', 'C.int(7 + len');
      expect((await build(own)).sha256).not.toBe(first.sha256);
      const intermediate = path.join(own.root, '.cpex', 'build', hostTarget().name, 'go');
      write(intermediate, 'tiny.so', 'not a library');
      expect((await build(own)).size).toBe(first.size);
    });

    it('links anew for another compiler or other words for it, which go does not see', async () => {
      const own = tinyProject('go');
      const entry = readFileSync(path.join(own.root, 'main.go'), 'utf8')
        .replace('package main', 'package entry')
        .replace('func main() {}\n', '');
      write(own.root, 'internal/entry/entry.go', entry);
      write(own.root, 'main.go', 'package main\n\nimport _ "tiny/internal/entry"\n\nfunc main() {}\n');
      const first = await build(own);
      const bound = await build(own, { CC: 'cc -Wl,-z,now' });
      expect(bound.sha256).not.toBe(first.sha256);
      expect((await build(own, { CC: 'cc -Wl,-z,now' })).explanation).toContain(
        'link: left to go, which changed nothing',
      );
      expect((await build(own)).sha256).toBe(first.sha256);
    });

    it('has no key where the link takes in libraries from outside', async () => {
      await build(project);
      const artefact = await build(project, { CGO_LDFLAGS: '-L/nowhere -lm -Wl,--as-needed' });
      expect(skipped(artefact)).toBe(false);
      expect(artefact.explanation.join('\n')).toContain('-L/nowhere');
    });
  },
);
