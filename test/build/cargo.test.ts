import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { missingFor, optionsFor, removeFolders, replaceIn, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

/** Builds a crate that exports `marked` when the user's own flag arrived. */
async function exportsOf(project: Project, env: Record<string, string>): Promise<readonly string[]> {
  const { audits } = await buildProject(optionsFor(project), testContext({ ...process.env, ...env }));
  return audits[0]?.facts.dynamic?.exports.map((symbol) => symbol.name) ?? [];
}

function markedProject(): Project {
  const project = tinyProject('rust');
  const marked = '#[cfg(marked)]\n#[unsafe(no_mangle)]\npub extern "C" fn marked() {}\n';
  const file = path.join(project.root, 'src/lib.rs');
  write(project.root, 'src/lib.rs', `${readFileSync(file, 'utf8')}\n#[allow(unexpected_cfgs)]\n${marked}`);
  return project;
}

const missing = missingFor('rust');
describe.skipIf(missing !== undefined)(
  `the user's own flags for Rust${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it.each([
      ['RUSTFLAGS', { RUSTFLAGS: '--cfg marked' }],
      ['CARGO_ENCODED_RUSTFLAGS', { CARGO_ENCODED_RUSTFLAGS: '--cfg\x1fmarked' }],
    ])('arrive beside ours: %s', async (_name, env) => {
      expect(await exportsOf(markedProject(), env)).toContain('marked');
    });

    it.each([
      ['build.rustflags', '[build]\nrustflags = ["--cfg", "marked"]\n'],
      ['target.*.rustflags', '[target.\'cfg(all())\']\nrustflags = ["--cfg", "marked"]\n'],
    ])('arrive beside ours: %s of a configuration file', async (_name, text) => {
      const project = markedProject();
      write(project.root, '.cargo/config.toml', text);
      expect(await exportsOf(project, {})).toContain('marked');
    });

    it('may send the target folder elsewhere', async () => {
      const project = tinyProject('rust');
      const elsewhere = path.join(path.dirname(project.root), 'elsewhere');
      const { artefacts } = await buildProject(
        optionsFor(project),
        testContext({ ...process.env, CARGO_TARGET_DIR: elsewhere }),
      );
      expect(artefacts).toHaveLength(1);
      expect(existsSync(path.join(project.root, 'target'))).toBe(false);
    });

    it('a crate without cdylib is told so', async () => {
      const project = tinyProject('rust');
      replaceIn(path.join(project.root, 'Cargo.toml'), '"cdylib"', '"rlib"');
      await expect(buildProject(optionsFor(project), testContext())).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_NO_LIBRARY',
      });
    });
  },
);
