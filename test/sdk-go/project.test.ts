import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderRegions } from '../../src/scaffold/regions.js';
import { renameCapability } from '../../src/scaffold/spellings.js';
import { GoProject, missingToolchain } from './toolchain.js';

// Go's first compilation takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const missing = missingToolchain();

describe.skipIf(missing !== undefined)(`the Go template${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: GoProject;
  beforeAll(() => {
    project = new GoProject();
  });
  afterAll(() => project.remove());

  it('is formatted, vetted and passes its own tests under the race detector', () => {
    expect(project.run('gofmt', '-l', '.')).toBe('');
    project.run('go', 'vet', './...');
    expect(project.run('go', 'test', '-race', './...')).toContain('ok  \tsample-plugin');
  });

  it('exports the entry and no other symbol of its own', () => {
    const symbols = project
      .run('nm', '-D', '--defined-only', project.build())
      .split('\n')
      .map((line) => line.split(' ').at(-1) ?? '')
      .filter((name) => name.includes('cpex') && !name.startsWith('_cgo'));
    expect(symbols).toEqual(['cpex_plugin_init']);
  });

  it.each([
    { hooks: ['elicit', 'cmf.tool_pre_invoke'], commands: [], steps: [], events: [] },
    { hooks: [], commands: ['say-hello', 'wave'], steps: [], events: ['after_build_end'] },
    { hooks: ['http_pre_request'], commands: ['greet'], steps: ['greet', 'two-words'], events: [] },
    { hooks: [], commands: [], steps: ['docker'], events: ['before_step_log', 'after_step_log'] },
  ])('compiles, formatted, for $hooks, $commands, $steps and $events', ({ hooks, commands, steps, events }) => {
    const repetitions = {
      hook: hooks.map((name) => renameCapability('tool_pre_invoke', name)),
      command: commands.map((name) => renameCapability('greet', name)),
      step: steps.map((name) => renameCapability('shell', name)),
      lifecycle: events.map((name) => renameCapability('before_build_start', name)),
    };
    const variant = new GoProject();
    try {
      for (const file of ['plugin.go', 'plugin_test.go']) {
        const at = path.join(variant.folder, file);
        writeFileSync(at, renderRegions(readFileSync(at, 'utf8'), repetitions));
      }
      expect(variant.run('gofmt', '-d', '.')).toBe('');
      variant.run('go', 'vet', './...');
      expect(variant.run('go', 'test', '.')).toContain('ok  \tsample-plugin');
    } finally {
      variant.remove();
    }
  });
});
