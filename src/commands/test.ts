import { boolean, integer, option, string } from '@oclif/core/flags';
import { CODEC_CHOICES } from '../testing/cases/codecs.js';
import { applicationFlags } from './application-flags.js';
import { CpexCommand } from './base.js';
import { engineFlags } from './engine-flags.js';
import { failureFlags } from './failure-flags.js';
import { testForm } from './form-flags.js';
import { selectionFlags } from './selection-flags.js';

export default class Test extends CpexCommand {
  static override summary = 'Test a plugin: audit, conformance, cases.';
  static override description =
    'Builds the project when it is stale, audits the artefact, runs the conformance tests and the cases of tests/cases, each in a process of its own. A built library or program can be named instead, or a folder of scenarios whose pipelines name their plugins; no project is needed then. With --target the plugin is built for another machine and runs under qemu, wine or the loader of musl; where nothing can run it, it is built and audited, and the summary says that it was not run. Exit code 1 when anything fails or nothing ran.';
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test --reporter github --reporter junit=report.xml',
    '<%= config.bin %> test ./plugin.so --host cpex --only "env.*"',
    '<%= config.bin %> test policies/',
    '<%= config.bin %> test --target windows-x64',
  ];
  static override strict = false;
  static override usage = 'test [FILE…] [FLAGS]';
  static override flags = {
    host: string({ description: 'Host profile to test against.', env: 'CPEX_TEST_HOST', helpValue: 'PROFILE' }),
    ...applicationFlags('TEST'),
    ...testForm,
    ...engineFlags('TEST'),
    ...selectionFlags,
    native: boolean({ description: "Also run the language's own tests.", env: 'CPEX_TEST_NATIVE' }),
    bail: boolean({ description: 'Stop at the first failure.', env: 'CPEX_TEST_BAIL' }),
    update: boolean({ char: 'u', description: 'Record snapshots instead of comparing.', env: 'CPEX_TEST_UPDATE' }),
    reporter: string({
      description:
        'Output: pretty, json, ndjson, junit, tap, github, sarif, html, trace or badge, each with =FILE if wanted.',
      multiple: true,
      env: 'CPEX_TEST_REPORTER',
      helpValue: 'NAME[=FILE]',
    }),
    timeout: integer({ description: 'Milliseconds for one call.', min: 1, env: 'CPEX_TEST_TIMEOUT' }),
    codec: option({
      description: 'Codec of the calls that cases make: json, msgpack, or both where the plugin takes both.',
      options: CODEC_CHOICES,
      env: 'CPEX_TEST_CODEC',
      helpValue: 'NAME',
    })(),
    jobs: integer({
      description: 'Plugin processes at the same time.',
      default: 2,
      min: 1,
      max: 64,
      env: 'CPEX_TEST_JOBS',
    }),
    ...failureFlags,
    list: boolean({ description: 'List the conformance tests and run nothing.', env: 'CPEX_TEST_LIST' }),
    selftest: boolean({
      description: 'Show that every test fires on a plugin that is broken in its way, and on no good one.',
      env: 'CPEX_TEST_SELFTEST',
    }),
    verbose: boolean({
      description: 'Show what the tools print, every test, and what no test can show.',
      env: 'CPEX_TEST_VERBOSE',
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Test);
    await this.work(flags, async (context) => {
      if (flags.list) return (await import('../testing/list.js')).listTests(flags.level);
      if (flags.selftest) {
        return (await import('../testing/selftest/command.js')).selfTestCommand(argv as string[], flags, context);
      }
      return (await import('../testing/command.js')).testCommand(argv as string[], flags, context);
    });
  }
}
