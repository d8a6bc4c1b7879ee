import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addressSanitizer, outcomeOf, Workbench, works } from './toolbox.js';

const bench = new Workbench();
afterAll(() => bench.remove());
const harness = path.join(import.meta.dirname, 'fuzz/body_fuzz.c');
const seeds = path.join(import.meta.dirname, 'fuzz/seeds');
const plugin = path.join(import.meta.dirname, 'programs/full_plugin.c');
const seconds = Number(process.env.CPEX_FUZZ_SECONDS ?? 10);
const deadline = (seconds + 120) * 1000;

describe('the fuzz harness', () => {
  it('finds nothing wrong with the seeds', async () => {
    const program = await bench.compile(harness, {
      part: 'all',
      flags: await addressSanitizer(bench),
      extra: [plugin],
    });
    const files = readdirSync(seeds).map((name) => path.join(seeds, name));
    const { stdout, stderr, code } = await outcomeOf(program, files);
    expect(stderr).toBe('');
    expect(stdout).toBe(`replayed ${files.length}\n`);
    expect(code).toBe(0);
  });

  it('finds nothing wrong in a short run', { timeout: deadline }, async ({ skip }) => {
    const program = (await withLibFuzzer()) ?? (await withAfl());
    if (program === undefined) skip('neither clang with libFuzzer nor AFL++ is installed');
    else await program();
  });
});

/** A run of libFuzzer, or undefined where clang cannot link it. */
async function withLibFuzzer(): Promise<(() => Promise<void>) | undefined> {
  const flags = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all', '-DCPEX_LIBFUZZER'];
  const probe = bench.write(
    'fuzzer-probe.c',
    '#include <stddef.h>\n#include <stdint.h>\nint LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return d == NULL && n > 0; }\n',
  );
  if (!(await works('clang', [...flags, probe, '-o', bench.file('fuzzer-probe')]))) return undefined;
  return async () => {
    const program = await bench.compile(harness, { part: 'all', flags, cc: 'clang', extra: [plugin] });
    const corpus = bench.file('corpus');
    mkdirSync(corpus);
    const limits = [`-max_total_time=${seconds}`, '-max_len=4096', '-timeout=10', `-artifact_prefix=${bench.folder}/`];
    const { code, stderr } = await outcomeOf(program, [...limits, corpus, seeds], { timeout: deadline });
    expect(code, stderr.slice(-4000)).toBe(0);
    const runs = Number(/Done (\d+) runs/.exec(stderr)?.[1]);
    expect(runs).toBeGreaterThan(100);
  };
}

/** A run of AFL++, or undefined where it is not installed. */
async function withAfl(): Promise<(() => Promise<void>) | undefined> {
  if (!(await works('afl-clang-fast', ['--version']))) return undefined;
  return async () => {
    const program = await bench.compile(harness, { part: 'all', cc: 'afl-clang-fast', extra: [plugin] });
    const out = bench.file('afl-out');
    const env = {
      AFL_NO_UI: '1',
      AFL_SKIP_CPUFREQ: '1',
      AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES: '1',
      AFL_NO_AFFINITY: '1',
    };
    const run = await outcomeOf('afl-fuzz', ['-V', String(seconds), '-i', seeds, '-o', out, '--', program], {
      env,
      timeout: deadline,
    });
    expect(run.code, run.stdout.slice(-4000)).toBe(0);
    const found = ['crashes', 'hangs'].flatMap((kind) => readdirSync(path.join(out, 'default', kind)));
    expect(found.filter((name) => name.startsWith('id:'))).toEqual([]);
  };
}
