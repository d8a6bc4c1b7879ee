import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingToolchain, RustProject } from './toolchain.js';

const folder = path.resolve(import.meta.dirname, '../../templates/samples');
const samples = readdirSync(folder);
const missing = missingToolchain();

/** The template with the sample laid over it, as `cpex new --sample` does. */
function sampleProject(sample: string): RustProject {
  const project = new RustProject(`sdk-rust-${sample}`);
  cpSync(path.join(folder, sample, 'rust'), project.folder, { recursive: true });
  return project;
}

describe('the samples in Rust', () => {
  it('are there for each sample, and need no further crates', () => {
    expect(samples).toHaveLength(5);
    for (const sample of samples) {
      expect(existsSync(path.join(folder, sample, 'rust/src/lib.rs')), sample).toBe(true);
      expect(existsSync(path.join(folder, sample, 'rust/Cargo.toml')), sample).toBe(false);
    }
  });

  it('count numbers up in one way', () => {
    const [first, second] = ['audit-logger', 'notes-command'].map((sample) =>
      readFileSync(path.join(folder, sample, 'rust/src/tally.rs'), 'utf8'),
    );
    expect(first).toBe(second);
  });
});

describe.skipIf(missing !== undefined)(`the samples, built${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(samples)('%s is formatted, clean for clippy, and passes its own tests', { timeout: 300_000 }, (sample) => {
    const project = sampleProject(sample);
    try {
      project.cargo('fmt', '--check');
      project.cargo('clippy', '--locked', '--all-targets', '--', '-D', 'warnings');
      expect(project.cargo('test', '--locked')).toMatch(/test result: ok\. [3-9] passed; 0 failed/);
    } finally {
      project.remove();
    }
  });
});
