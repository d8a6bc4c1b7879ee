import { boolean, integer, option, string } from '@oclif/core/flags';
import { applicationFlags } from './application-flags.js';
import { CpexCommand } from './base.js';
import { debugFlags } from './debug-flags.js';
import { engineFlags } from './engine-flags.js';
import { runForm } from './form-flags.js';
import { pluginFlags } from './plugin-flags.js';
import { serveFlags } from './serve-flags.js';
import { stepFlags } from './step-flags.js';

export default class Run extends CpexCommand {
  static override summary = 'Run a plugin in the reference host and call it.';
  static override description =
    "Builds the project when it is stale, starts the plugin in a process of its own, registers it and makes one call: a method, `hook NAME`, `step [RUNNER]`, `event KIND`, `tool NAME` (tau), or `command VERB` followed by the command's own arguments (flags of cpex go before `command`). `steps PLAN` runs a build through several plugins, `pipeline CONFIG HOOK` one hook. Plugins of CLIProxyAPI, one or several, take the words `request` (a whole request through all of them), `models`, `login PROVIDER`, `refresh [ID]` and `cliproxy-cli` with flags that the plugins declare. Without anything to call it asks, on a terminal. DATA is JSON text, @FILE or - for standard input. State is kept per project in .cpex/state. The exit code of a command or a step is passed on, and a tool that failed is 1; 4 says that the plugin failed to start, died, hung or gave no readable answer.";
  static override examples = [
    '<%= config.bin %> run hook tool_pre_invoke -d @payload.json',
    '<%= config.bin %> run command greet --name Ada',
    '<%= config.bin %> run step shell --archive . -d @args.json',
    '<%= config.bin %> run steps build.yaml',
    '<%= config.bin %> run pipeline pipeline.yaml tool_pre_invoke -d @payload.json',
    '<%= config.bin %> run --plugin a.so --plugin b.so command greet',
    '<%= config.bin %> run plugin.register --trace',
    '<%= config.bin %> run --plugin ./plugin.so --host cpex hook tool_pre_invoke',
    '<%= config.bin %> run --serve',
    '<%= config.bin %> run --target linux-arm64 plugin.register',
    '<%= config.bin %> run --debug',
    '<%= config.bin %> run --reattach @record.json kv.KV/Get -d @key.json',
    '<%= config.bin %> run --host-config config.yaml request -d @request.json',
    '<%= config.bin %> run --plugin ./plugin.so --host cliproxy request.normalize --answers answers.yaml',
  ];
  static override strict = false;
  /** What shells offer as the first word. */
  static words = [
    ...['hook', 'command', 'step', 'tool', 'event', 'steps', 'pipeline'],
    ...['request', 'models', 'login', 'refresh', 'cliproxy-cli', 'plugin.register'],
  ];
  static override usage =
    'run [FLAGS] [METHOD | hook NAME | command VERB ARGS… | step [RUNNER] | tool NAME | event KIND | steps PLAN | pipeline CONFIG HOOK | request | models | login PROVIDER | cliproxy-cli ARGS…]';
  static override flags = {
    data: string({
      char: 'd',
      description:
        'Request, payload of a hook, arguments of a step or a tool, or fields of an event; a sample when absent.',
      env: 'CPEX_RUN_DATA',
    }),
    extensions: string({ description: 'Extensions that a hook sees.', env: 'CPEX_RUN_EXTENSIONS', helpValue: 'DATA' }),
    context: string({ description: 'Context that a hook sees.', env: 'CPEX_RUN_CONTEXT', helpValue: 'DATA' }),
    ...stepFlags,
    config: string({ description: 'Configuration to register with.', env: 'CPEX_RUN_CONFIG', helpValue: 'DATA' }),
    answers: string({
      description: 'What the host answers: a case file, or its part "host".',
      env: 'CPEX_RUN_ANSWERS',
      helpValue: 'FILE',
    }),
    ...pluginFlags,
    ...applicationFlags('RUN'),
    ...runForm,
    ...engineFlags('RUN'),
    host: string({ description: 'Host profile.', env: 'CPEX_RUN_HOST', helpValue: 'PROFILE' }),
    codec: option({
      description: 'Codec to offer the plugin for bodies after its registration; JSON when absent.',
      env: 'CPEX_RUN_CODEC',
      options: ['json', 'msgpack'] as const,
    })(),
    timeout: integer({
      description: 'Milliseconds to start, and for the call; in a pipeline for each call.',
      min: 1,
      env: 'CPEX_RUN_TIMEOUT',
    }),
    record: string({
      description: 'Write the call and its answer as a case.',
      env: 'CPEX_RUN_RECORD',
      helpValue: 'FILE',
    }),
    ...debugFlags,
    'allow-net': boolean({ description: 'Let host.http.do reach https and loopback.', env: 'CPEX_RUN_ALLOW_NET' }),
    ...serveFlags,
    verbose: boolean({ description: 'Show what the tools print.', env: 'CPEX_RUN_VERBOSE' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Run);
    const { runCommand } = await import('../running/command.js');
    const own = ['help', ...this.config.commands.map(({ id }) => id)];
    await this.work(flags, (context) => runCommand(argv as string[], flags, context, own));
  }
}
