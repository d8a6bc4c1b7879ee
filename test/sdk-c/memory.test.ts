import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addressSanitizer, outcomeOf, Workbench, works } from './toolbox.js';

const bench = new Workbench();
afterAll(() => bench.remove());
const plugin = path.join(import.meta.dirname, 'programs/full_plugin.c');

describe('without memory', () => {
  it('no failed allocation crashes, leaks or makes a false reply', async () => {
    const wraps = ['malloc', 'calloc', 'realloc', 'free'].map((name) => `-Wl,--wrap=${name}`);
    const flags = [...(await addressSanitizer(bench)), ...wraps];
    const program = await bench.compile('oom.c', { part: 'all', flags, extra: [plugin] });
    const { code, stdout, stderr } = await outcomeOf(program, []);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^rounds \d+\n$/);
    expect(Number(stdout.slice(7))).toBeGreaterThan(50);
    expect(code).toBe(0);
  }, 120_000);
});

describe('with little memory', () => {
  it('a handler may write as much as it likes', async () => {
    const wraps = ['malloc', 'calloc', 'realloc', 'free'].map((name) => `-Wl,--wrap=${name}`);
    const program = await bench.compile('flood.c', { part: 'all', flags: [...wraps, '-fno-builtin'], extra: [plugin] });
    const { code, stdout } = await outcomeOf(program, []);
    const [reply, kibibytes] = stdout.trim().split(' ');
    expect(reply).toBe('{"ok":true,"result":{"exit_code":0}}');
    expect(Number(kibibytes)).toBeLessThan(1024);
    expect(code).toBe(0);
  }, 60_000);
});

describe('with many threads', () => {
  it('the thread sanitizer sees no race, and no call sees half a configuration', async ({ skip }) => {
    const flags = ['-fsanitize=thread'];
    const probe = bench.write('thread-probe.c', 'int main(void) { return 0; }\n');
    const probeProgram = bench.file('thread-probe');
    if (!(await works('cc', [...flags, probe, '-o', probeProgram]))) skip('this compiler has no thread sanitizer');
    // Fixed addresses: with the kernel's random ones the sanitizer may not find room for its shadow.
    const steady = (await works('setarch', ['-R', probeProgram])) ? ['setarch', '-R'] : [];
    if (!(await works(steady[0] ?? probeProgram, [...steady.slice(1), probeProgram])))
      skip('the thread sanitizer does not start here');
    const program = await bench.compile('threads.c', { part: 'all', flags, extra: [plugin] });
    const [file = program, ...args] = [...steady, program];
    const { code, stdout, stderr } = await outcomeOf(file, args, { env: { TSAN_OPTIONS: 'halt_on_error=1' } });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^odd 0 callbacks \d+\n$/);
    expect(code).toBe(0);
  }, 120_000);
});
