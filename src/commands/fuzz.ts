import { string as argument } from '@oclif/core/args';
import { boolean, integer, string } from '@oclif/core/flags';
import { CpexCommand } from './base.js';

export default class Fuzz extends CpexCommand {
  static override summary = 'Look for inputs that a plugin dies of.';
  static override description =
    'Lets four fuzzers take turns in the C probe: broken bytes, values made from the schemas of the methods, sequences of calls in any order, and hostile answers of the host. What was found before, in tests/fuzz, is done again first. A new failure is made as small as it gets, each attempt in a process of its own, and written to tests/fuzz, where cpex test runs it from then on. With --harness a project for a coverage-guided fuzzer is written instead. Exit code 1 when something was found.';
  static override examples = [
    '<%= config.bin %> fuzz --time 60s',
    '<%= config.bin %> fuzz ./plugin.so --host cpex --method hook.invoke --seed 7',
    '<%= config.bin %> fuzz --harness',
  ];
  static override args = {
    file: argument({ description: "Built library; the project's own when absent." }),
  };
  static override flags = {
    time: string({
      description: 'How long: 90s, 5m, 1h; 0s only does the corpus again.',
      default: '60s',
      env: 'CPEX_FUZZ_TIME',
      helpValue: 'TIME',
    }),
    seed: integer({ description: 'Where every random choice comes from.', min: 0, env: 'CPEX_FUZZ_SEED' }),
    method: string({ description: 'Fuzz only this method.', env: 'CPEX_FUZZ_METHOD' }),
    corpus: string({
      description: 'Folder to begin with and to write to; tests/fuzz when absent.',
      env: 'CPEX_FUZZ_CORPUS',
      helpValue: 'DIR',
    }),
    jobs: integer({
      description: 'Plugin processes at the same time.',
      default: 2,
      min: 1,
      max: 64,
      env: 'CPEX_FUZZ_JOBS',
    }),
    host: string({ description: 'Host profile.', env: 'CPEX_FUZZ_HOST', helpValue: 'PROFILE' }),
    target: string({
      description: "Target of the plugin; this machine's own when absent.",
      env: 'CPEX_FUZZ_TARGET',
      helpValue: 'TARGET',
    }),
    runner: string({
      description: 'Command that runs programs for the target, in place of qemu, wine and the like.',
      env: 'CPEX_FUZZ_RUNNER',
      helpValue: 'COMMAND',
    }),
    timeout: integer({ description: 'Milliseconds for one call.', min: 1, env: 'CPEX_FUZZ_TIMEOUT' }),
    debug: boolean({ description: 'Fuzz the debug build.', env: 'CPEX_FUZZ_DEBUG' }),
    harness: boolean({ description: 'Write a harness for a coverage-guided fuzzer.', env: 'CPEX_FUZZ_HARNESS' }),
    verbose: boolean({ description: 'Show what the tools print.', env: 'CPEX_FUZZ_VERBOSE' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Fuzz);
    await this.work(flags, async (context) =>
      (await import('../testing/fuzz/command.js')).fuzzCommand(args.file, flags, context),
    );
  }
}
