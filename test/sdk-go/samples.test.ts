import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { GoProject, missingToolchain } from './toolchain.js';

// Go's first compilation takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const missing = missingToolchain();
const samples = readdirSync(path.join(import.meta.dirname, '../../templates/samples'));

describe.skipIf(missing !== undefined)(`the samples in Go${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(samples)('%s is formatted, vetted and passes its tests under the race detector', (sample) => {
    const project = new GoProject();
    try {
      project.add(`../../templates/samples/${sample}/go`, '.');
      expect(project.run('gofmt', '-d', '.')).toBe('');
      project.run('go', 'vet', './...');
      expect(project.run('go', 'test', '-race', '.')).toContain('ok  \tsample-plugin');
    } finally {
      project.remove();
    }
  });

  it('pii-redactor finds the addresses that its pattern describes', () => {
    const project = new GoProject();
    try {
      project.add('../../templates/samples/pii-redactor/go', '.');
      const fuzz = ['-fuzz', 'FuzzRedact', '-fuzztime', '100000x', '-fuzzminimizetime', '10x', '-parallel', '2'];
      expect(project.run('go', 'test', '-run', '^$', ...fuzz, '.')).toContain('PASS');
    } finally {
      project.remove();
    }
  });

  it('step-runner compiles where there is no POSIX', () => {
    const project = new GoProject();
    try {
      project.add('../../templates/samples/step-runner/go', '.');
      project.run('env', 'GOOS=windows', 'CGO_ENABLED=0', 'go', 'vet', '.');
    } finally {
      project.remove();
    }
  });
});
