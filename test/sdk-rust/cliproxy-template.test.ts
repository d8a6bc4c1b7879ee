import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractData } from '../../src/project/contract-data.js';
import { CAPABILITIES, cliproxyProject } from './cliproxy-project.js';
import { missingToolchain, type RustProject } from './toolchain.js';

const missing = missingToolchain();
/** Cargo on a small machine that has other work. */
const SLOW_MS = 300_000;

async function using(project: RustProject, work: (project: RustProject) => void): Promise<void> {
  try {
    work(project);
  } finally {
    project.remove();
  }
}

/** Formatted, and with nothing for clippy to say. */
function expectClean(project: RustProject, targets: '--all-targets' | '--tests'): void {
  project.cargo('fmt', '--check');
  project.cargo('clippy', '--locked', targets, '--', '-D', 'warnings');
}

describe.skipIf(missing !== undefined)(`cliproxy in Rust${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each([
    ['all capabilities', 'sdk-rust-cliproxy-all', CAPABILITIES],
    [
      'the default one and a long name',
      'a-name-that-goes-on-until-no-line-of-a-file-can-be-wide-enough-for-it',
      ['request_interceptor'],
    ],
  ])('is clean, passes its tests and exports its entry alone with %s', { timeout: SLOW_MS }, (_, name, capabilities) =>
    using(cliproxyProject(name, capabilities), (project) => {
      expectClean(project, '--all-targets');
      const tests = readFileSync(path.join(project.folder, 'src/tests.rs'), 'utf8').match(/^#\[test\]$/gm) ?? [];
      expect(tests.length).toBeGreaterThan(capabilities.length);
      expect(project.cargo('test', '--locked')).toContain(`${tests.length} passed; 0 failed`);
      const symbols = execFileSync('nm', ['-D', '--defined-only', project.build('debug')], { encoding: 'utf8' });
      expect(symbols.trim().split('\n')).toEqual([expect.stringMatching(/^[0-9a-f]+ T cliproxy_plugin_init$/)]);
    }),
  );

  it.each(CAPABILITIES)('is as clean with %s alone', { timeout: SLOW_MS }, (capability) =>
    using(cliproxyProject('sdk-rust-cliproxy-one', [capability]), (project) => {
      expectClean(project, '--tests');
      const methods = contractData('cliproxy').capabilities[capability]?.methods ?? [];
      const logic = readFileSync(path.join(project.folder, 'src/lib.rs'), 'utf8');
      expect(logic.match(/^ {4}fn \w+\(/gm)?.length).toBeGreaterThanOrEqual(methods.length);
      expect(logic.match(/^ {4}plugin\.\w+\(/gm)).toEqual([`    plugin.${capability}(`]);
      expect(logic).not.toMatch(/cpex:(if|each|end)/);
    }),
  );
});
