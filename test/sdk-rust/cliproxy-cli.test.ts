import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../testing/support/cli.js';
import { CAPABILITIES } from './cliproxy-project.js';
import { missingToolchain } from './toolchain.js';

const missing = missingToolchain();
/** Cargo on a small machine that has other work. */
const SLOW_MS = 500_000;

describe.skipIf(missing !== undefined)(
  `cpex with a Rust plugin for cliproxy${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const cli = new Cli();
    afterAll(() => cli.remove());
    const env = { CARGO_TARGET_DIR: path.join(cli.folder, 'target'), CARGO_INCREMENTAL: '0' };
    const name = 'my-plugin';

    /** `cpex new` for some capabilities, always in the same folder: cargo builds its dependencies anew for another one. */
    async function project(chosen: readonly string[], host = 'cliproxy'): Promise<string> {
      rmSync(path.join(cli.folder, name), { recursive: true, force: true });
      const words = chosen.flatMap((one) => ['--capability', one]);
      const made = await cli.run(
        ['new', name, '--lang', 'rust', '--host', host, '--author', 'Ada', '--ci', 'none', '--no-git', ...words],
        { cwd: cli.folder },
      );
      expect(made.code, made.stderr).toBe(0);
      return path.join(cli.folder, name);
    }

    it.each<[string, readonly string[], string?]>([
      ['all', CAPABILITIES],
      // This revision lacks a capability and fields that the bindings know.
      ['old', ['request_interceptor', 'management_api'], 'cliproxy@v7.2.28'],
    ])('finds nothing wrong with an unedited project: %s', { timeout: SLOW_MS }, async (_, chosen, host) => {
      const cwd = await project(chosen, host);
      const tested = await cli.run(['test', '--json'], { cwd, env });
      expect(tested.code, tested.stdout + tested.stderr).toBe(0);
      const { results } = JSON.parse(tested.stdout).result as { results: { suite: string; verdict: string }[] };
      const cases = results.filter(({ suite }) => suite === 'cases');
      expect(cases.length).toBeGreaterThanOrEqual(chosen.length);
      expect(cases.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    });

    it('says what is missing for a capability that was added', { timeout: SLOW_MS }, async () => {
      const cwd = await project(['usage_plugin']);
      const manifest = path.join(cwd, 'cpex.yaml');
      writeFileSync(
        manifest,
        readFileSync(manifest, 'utf8').replace('- usage_plugin', '- usage_plugin\n  - scheduler'),
      );
      const tested = await cli.run(['test'], { cwd, env });
      expect(tested.code).toBe(1);
      expect(tested.stdout).toContain('cpex.yaml names `scheduler`, but src/lib.rs has no handler for it');
    });
  },
);
