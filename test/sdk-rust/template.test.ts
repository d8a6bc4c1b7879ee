import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renameCapability } from '../../src/scaffold/spellings.js';
import { missingToolchain, RustProject } from './toolchain.js';

const contract = path.resolve(import.meta.dirname, '../../schemas/hosts/cpex/contract.json');
const { hooks: everyHookByName, capabilities } = JSON.parse(readFileSync(contract, 'utf8'));
const everyHook: string[] = Object.keys(everyHookByName);
const everyEvent: string[] = capabilities.lifecycle.argument.values;
const missing = missingToolchain();

describe.skipIf(missing !== undefined)(`the Rust template${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: RustProject;
  beforeAll(() => {
    project = new RustProject('sdk-rust-template');
  });
  afterAll(() => project.remove());

  it('is formatted, has nothing for clippy to say, and passes its own tests', { timeout: 300_000 }, () => {
    project.cargo('fmt', '--check');
    project.cargo('clippy', '--locked', '--all-targets', '--', '-D', 'warnings');
    expect(project.cargo('test', '--locked')).toContain('4 passed; 0 failed');
  });

  it('exports the entry and nothing else', { timeout: 300_000 }, () => {
    const symbols = execFileSync('nm', ['-D', '--defined-only', project.build()], { encoding: 'utf8' });
    expect(symbols.trim().split('\n')).toEqual([expect.stringMatching(/^[0-9a-f]+ T cpex_plugin_init$/)]);
  });

  it('locks its dependencies, all from the public registry under the name that cargo gives it', () => {
    const lock = readFileSync(path.join(project.folder, 'Cargo.lock'), 'utf8');
    const sources = new Set([...lock.matchAll(/^source = "(.*)"$/gm)].map((match) => match[1]));
    expect([...sources]).toEqual(['registry+https://github.com/rust-lang/crates.io-index']);
  });

  it('refuses to be built where panics cannot be caught', () => {
    const aborting = new RustProject('sdk-rust-aborting');
    try {
      aborting.edit('Cargo.toml', (text) => text.replaceAll('panic = "unwind"', 'panic = "abort"'));
      expect(() => aborting.cargo('check', '--locked')).toThrow(/set panic = "unwind" in Cargo.toml/);
    } finally {
      aborting.remove();
    }
  });

  it.each([
    {
      hooks: everyHook,
      commands: ['say-hello', 'match', 'a-rather-long-verb'],
      steps: ['docker', 'a-rather-long-runner'],
      events: everyEvent,
    },
    { hooks: [], commands: ['wave'], steps: [], events: [] },
    { hooks: ['elicit'], commands: [], steps: [], events: [] },
    { hooks: [], commands: [], steps: ['x'], events: ['after_step_log'] },
  ])(
    'is as clean for $hooks, $commands, $steps and $events',
    { timeout: 300_000 },
    ({ hooks, commands, steps, events }) => {
      const variant = new RustProject('sdk-rust-variant');
      try {
        variant.render({
          hook: hooks.map((name) => renameCapability('tool_pre_invoke', name)),
          command: commands.map((name) => renameCapability('greet', name)),
          step: steps.map((name) => renameCapability('shell', name)),
          lifecycle: events.map((name) => renameCapability('before_build_start', name)),
        });
        variant.cargo('fmt', '--check');
        variant.cargo('clippy', '--locked', '--all-targets', '--', '-D', 'warnings');
        const tests = [hooks, commands, steps, events].flat().length;
        expect(variant.cargo('test', '--locked')).toContain(`${tests} passed; 0 failed`);
      } finally {
        variant.remove();
      }
    },
  );
});
