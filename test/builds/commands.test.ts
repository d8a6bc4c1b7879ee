import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CpexEvent } from '../../src/model/event.js';
import { buildCommand } from '../../src/pipeline/builds/command.js';
import { compileC, missingTools } from '../testing/support/compile.js';
import { BUILT_IN, BuildBench, refusalOf, stored } from './build-bench.js';

const missing = process.platform === 'linux' ? missingTools('cc') : 'the plugins are built for Linux';
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-verbs-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const bench = new BuildBench(root);

/** What a command of several plugins did: its outcome, and what went to the two streams. */
async function command(plugin: readonly string[], ...asked: (string | { readonly timeout: number })[]) {
  const events: CpexEvent[] = [];
  const words = asked.filter((one) => typeof one === 'string');
  const flags = { plugin, ...asked.find((one) => typeof one !== 'string') };
  const outcome = await buildCommand(['command', ...words], flags, bench.context(events), undefined, BUILT_IN);
  const output = (stream: string) =>
    events
      .flatMap(({ ...one }) => (one.type === 'service' && one.event.kind === 'output' ? [one.event] : []))
      .filter((one) => one.stream === stream)
      .map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
      .join('');
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  return { ...outcome, stdout: output('stdout'), stderr: output('stderr'), notes };
}

describe.skipIf(missing !== undefined)(
  `commands of several plugins${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const all = missing === undefined ? ['notes', 'fails', 'probe'].map((name) => bench.plugin(name)) : [];

    it('go to the plugin that declares them, with typed values and defaults', async () => {
      const words = ['notes', 'add', 'buy milk', '--limit', '9007199254740993', '--keep=false', '-q'];
      const { stdout, exit, failure } = await command(all, ...words);
      expect(failure).toBeUndefined();
      expect(exit ?? 0).toBe(0);
      // The number is one that JavaScript's own cannot hold.
      expect(stdout).toContain('"limit":9007199254740993');
      expect(JSON.parse(stdout.replace('9007199254740993', '1'))).toEqual({
        verb_path: ['notes', 'add'],
        args: { text: 'buy milk', tag: 'none', limit: 1, keep: false, quiet: true },
        env: {},
      });
    });

    it('pass on exit code and message', async () => {
      expect(await command(all, 'fixture-fail')).toMatchObject({
        exit: 7,
        stderr: 'seven is the number\n',
        stdout: '',
      });
    });

    it('that hang or crash end as a plugin that failed, with its name', async () => {
      const crashed = await command(all, 'fixture-fail', '--crash');
      expect(crashed.failure).toMatchObject({ exit: 4, message: expect.stringMatching(/^fails\.so: .*SIGSEGV/) });
      const hung = await command(all, 'fixture-fail', '--hang', { timeout: 200 });
      expect(hung.failure).toMatchObject({ exit: 4, message: expect.stringMatching(/^fails\.so: .*200 ms/) });
    });

    it('reach every service of the host, also from 16 threads at once', async () => {
      const { stdout } = await command(all, 'fixture-probe', '--threads');
      expect(JSON.parse(stdout)).toEqual({
        log_ok: true,
        kv_round_trip: true,
        kv_isolated_per_scope: true,
        fs_read_returns_none_for_missing: true,
        should_cancel_default_false: true,
        archive_default_empty: true,
        stored_by_threads: 16,
      });
    });

    it('have one help for all, which fits into 80 columns', async () => {
      const list = await command(all, '--help');
      expect(list.text()).toMatch(/^ {2}notes +Keeps notes\.$/m);
      expect(list.text()).toMatch(/^ {2}fixture-fail +Fails with 7\.$/m);
      const help = (await command(all, 'notes', 'add', '--help')).text();
      expect(help).toMatchInlineSnapshot(`
        "Adds a note.

        USAGE
          cpex run command notes add TEXT [--tag STRING] [--limit INT] [--keep BOOL]
            [--quiet]

        ARGUMENTS
          TEXT  What to note. (required)

        OPTIONS
          -t, --tag STRING  A word to find it by. (default: none)
          --limit INT       Most notes that are kept, of which the oldest ones go first
                            when there are more than that.
          --keep BOOL
          -q, --quiet       Print nothing."
      `);
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    });

    it.each([
      [['note', 'add', 'x'], 'CPEX_E_COMMAND_UNKNOWN', 'There is no command "note". Did you mean "notes"?'],
      [['notes', 'ad'], 'CPEX_E_COMMAND_UNKNOWN', 'There is no command "notes ad". Did you mean "add"?'],
      [['notes', 'add'], 'CPEX_E_COMMAND_ARGUMENTS', 'needs TEXT'],
      [['notes', 'add', 'x', '--tags', 'y'], 'CPEX_E_COMMAND_ARGUMENTS', 'has no option --tags. Did you mean "--tag"?'],
      [
        ['notes', 'add', 'x', '--limit', 'two'],
        'CPEX_E_COMMAND_ARGUMENTS',
        'needs a whole number for --limit, not "two"',
      ],
      [['notes', 'add', 'x', '--keep', 'yes'], 'CPEX_E_COMMAND_ARGUMENTS', 'needs true or false for --keep'],
      [['notes', 'add', 'x', 'y'], 'CPEX_E_COMMAND_ARGUMENTS', 'does not know what to do with "y"'],
    ])('refuse %j', async (words, code, text) => {
      expect(await refusalOf(command(all, ...words))).toMatchObject({ code, text: expect.stringContaining(text) });
    });

    it('go on without a plugin that cannot be used, which is named', async () => {
      const { notes, exit } = await command([bench.plugin('old-version'), ...all], 'fixture-fail');
      expect(exit).toBe(7);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain('The plugin old-version.so cannot be used: The plugin speaks ABI version 9999');
      expect(notes[0]).toContain('this host speaks 1');
      expect(notes[0]).toContain('The other plugins go on without old-version.so.');
    });

    it('of a plan keep what 16 threads store at once', async () => {
      const plan = bench.plan({ plugins: [bench.plugin('probe')], steps: [{ key: 'none', runner: 'nobody' }] });
      const words = ['steps', plan, 'command', 'fixture-probe', '--threads'];
      expect((await buildCommand(words, {}, bench.context([]), undefined, BUILT_IN)).failure).toBeUndefined();
      const keys = Array.from({ length: 16 }, (_, at) => `thread:${String(at).padStart(2, '0')}`);
      const values = keys.map((key) => stored(path.dirname(plan), 'probe', key));
      expect(values).toEqual(keys.map((_, at) => String.fromCharCode(97 + at).repeat(1024)));
    });

    it('can be those of a plan', async () => {
      const plan = bench.plan({ plugins: all, steps: [{ key: 'none', runner: 'nobody' }] });
      const events: CpexEvent[] = [];
      const words = ['steps', plan, 'command', 'fixture-fail'];
      const outcome = await buildCommand(words, {}, bench.context(events), undefined, BUILT_IN);
      expect(outcome.exit).toBe(7);
    });
  },
);

describe.skipIf(missing !== undefined)(
  `plugins that claim the same${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const again = (name: string) => {
      const folder = path.join(root, 'again');
      mkdirSync(folder, { recursive: true });
      return compileC(`builds/${name}`, folder);
    };

    it('verb are refused with both names', async () => {
      const refused = await refusalOf(command([bench.plugin('fails'), again('fails')], 'fixture-fail'));
      expect(refused.code).toBe('CPEX_E_PLUGIN_CONFLICT');
      expect(refused.text).toContain('command "fixture-fail": fails.so and plugin.so');
    });

    it('runner, and default runner, are refused before a step runs, also when it is one file twice', async () => {
      const noop = bench.plugin('noop');
      const refused = await refusalOf(bench.run({ plugins: [noop, noop], steps: [{ key: 'a' }] }));
      expect(refused.code).toBe('CPEX_E_PLUGIN_CONFLICT');
      expect(refused.text).toContain('nothing was run: runner:noop: noop.so and noop.so (2)');
      expect(refused.text).toContain('default-runner: noop.so and noop.so (2)');
    });

    it('verb as cpex itself are refused', async () => {
      const events: CpexEvent[] = [];
      const plugin = [bench.plugin('fails'), bench.plugin('probe')];
      const running = buildCommand(['command', 'fixture-probe'], { plugin }, bench.context(events), undefined, [
        ...BUILT_IN,
        'fixture-probe',
      ]);
      expect((await refusalOf(running)).text).toContain('command "fixture-probe": cpex itself and probe.so');
    });

    it('events do not get into each other’s way', async () => {
      const recorder = bench.plugin('recorder');
      const { report } = await bench.run({
        plugins: [bench.plugin('noop'), recorder, recorder],
        steps: [{ key: 'a' }],
      });
      expect(report.ok).toBe(true);
      expect(new Set(report.told.map(({ plugin }) => plugin))).toEqual(new Set(['recorder.so', 'recorder.so (2)']));
    });

    it('a plugin of another ABI version stops a build before it begins, with what was found and expected', async () => {
      const refused = await refusalOf(
        bench.run({ plugins: [bench.plugin('noop'), bench.plugin('old-version')], steps: [{ key: 'a' }] }),
      );
      expect(refused.code).toBe('CPEX_E_BUILD_PLUGIN');
      expect(refused.text).toContain(
        'old-version.so cannot be used: The plugin speaks ABI version 9999; this host speaks 1.',
      );
    });
  },
);
