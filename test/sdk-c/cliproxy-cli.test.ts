import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../testing/support/cli.js';

const contract = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../schemas/hosts/cliproxy/contract.json'), 'utf8'),
);
const capabilities = Object.keys(contract.capabilities);
const cli = new Cli();
afterAll(() => cli.remove());

/** A new C project; its folder. */
async function project(name: string, chosen: readonly string[], host = 'cliproxy'): Promise<string> {
  const words = chosen.flatMap((one) => ['--capability', one]);
  const made = await cli.run(
    ['new', name, '--lang', 'c', '--host', host, '--author', 'Ada', '--ci', 'none', '--no-git', ...words],
    { cwd: cli.folder },
  );
  expect(made.code, made.stderr).toBe(0);
  return path.join(cli.folder, name);
}

describe('cpex test', () => {
  it.each<[string, string[], string?]>([
    ['all', capabilities],
    ['default', []],
    ['executor', ['executor']],
    // This revision lacks a capability and fields that the bindings know.
    ['old', ['request_interceptor', 'management_api'], 'cliproxy@v7.2.28'],
  ])('finds nothing wrong with an unedited project: %s', { timeout: 500_000 }, async (name, chosen, host) => {
    const cwd = await project(`c-${name}`, chosen, host);
    const tested = await cli.run(['test', '--native', '--json'], { cwd });
    expect(tested.code, tested.stdout + tested.stderr).toBe(0);
  });

  it('says which handlers are missing for a capability that was added', { timeout: 500_000 }, async () => {
    const cwd = await project('c-added', ['usage_plugin']);
    const manifest = path.join(cwd, 'cpex.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('- usage_plugin', '- usage_plugin\n  - scheduler'));
    const tested = await cli.run(['test'], { cwd });
    expect(tested.code).toBe(1);
    expect(tested.stdout).toContain("the plugin's definition lacks .scheduler.pick.");
  });
});
