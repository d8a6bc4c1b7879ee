import type { CodeEntry } from './entry.js';

export const pipelineCodes = {
  CPEX_E_HOST_CONFIG: {
    kind: 'user',
    exit: 2,
    title: "The host's configuration file cannot be used",
    text: "`cpex run --host-config FILE` reads the configuration of the real host: `plugins.enabled`, `plugins.dir` and `plugins.configs.ID` with `enabled`, `priority` and the plugin's own settings. The file is missing, is not YAML, or holds a value of another type than the host expects at the place that the message names.",
  },
  CPEX_E_CREDENTIAL: {
    kind: 'child',
    exit: 1,
    title: 'A credential that a plugin returned cannot be saved',
    text: "Credentials of a login or of a plugin's flags are written into the folder that `auth-dir` names in the host's configuration, one JSON object to a file. The name has to be a plain file name, and the storage a JSON object: the message says which of the two is not so.",
  },
  CPEX_E_LOGIN: {
    kind: 'child',
    exit: 1,
    title: 'A login through a plugin did not succeed',
    text: '`cpex run login PROVIDER` asks the plugin whose auth.identifier is PROVIDER to start a login, shows the page to open and asks the plugin until it says success or error. The message says which plugin call failed, what the plugin gave as a reason, or that neither came in time: `-d` may set "deadline_ms" and "poll_ms".',
  },
  CPEX_E_REQUEST_FAILED: {
    kind: 'child',
    exit: 1,
    title: 'A request through the plugins was answered with an error',
    text: 'The steps show where: a scheduler that refused, an executor that failed or declares no usable formats, a stream that broke off, or nobody who serves the model. A provider of the host itself is given in the data of the request, under "upstream". A request that an interceptor ends on purpose (Terminate) is no error.',
  },
  CPEX_E_NOT_REGISTERED: {
    kind: 'child',
    exit: 1,
    title: 'A plugin that should run is not part of the host',
    text: "CLIProxyAPI warns in its log and goes on without a plugin that it cannot load or that does not register. cpex goes on as well, and fails at the end so that a script notices. The host's own warnings are among the steps; `cpex test` shows why a registration is refused.",
  },
  CPEX_E_PIPELINE_CONFIG: {
    kind: 'user',
    exit: 2,
    title: 'The configuration of a pipeline cannot be used',
    text: '`cpex run pipeline CONFIG HOOK` reads a list of plugins with their hooks, modes, priorities, rights and conditions, in YAML or JSON. Each problem is listed with its line and column, what was expected and what stands there. Keys that nobody knows are errors, because a misspelt one would quietly leave a plugin, a condition or a right out. docs/hosts/cpex.md lists all keys; schemas/pipeline.json lets editors check the file while you type.',
  },
  CPEX_E_PIPELINE_REQUEST: {
    kind: 'user',
    exit: 2,
    title: 'A request does not fit the hook of a pipeline',
    text: "The payload after `-d` has to be one that the hook has: the message lists each place that is missing or of another type. Extensions are a map of slots such as `security` and `meta`, and the context is what an earlier run printed under `context`: `request_id`, `global_state` and `local_states`. Without `-d` the hook gets the contract's sample.",
  },
  CPEX_E_PIPELINE_FAILED: {
    kind: 'child',
    exit: 4,
    title: 'A plugin of a pipeline died, hung or gave no readable answer',
    text: 'The run itself went on as `on_error` says, and its account and verdict stand. The exit code is 4 so that a script notices: the plugin crashed, ended its process, was killed at its deadline, or answered with something that the contract does not have. An error that a plugin reports by itself, and a deny, are answers: they end with 0.',
  },
  CPEX_E_PIPELINE_PLUGIN: {
    kind: 'child',
    exit: 4,
    title: 'A plugin of the pipeline cannot be used',
    text: 'A pipeline starts every plugin of its configuration in a process of its own and registers it before the first hook. This one answered with a registration that breaks the contract, for example with a hook that does not exist, or it declares no hooks at all. No hook ran, and the other plugins were shut down. `cpex test FILE` shows all that is wrong with the registration.',
  },
  CPEX_E_PIPELINE_HOOKS: {
    kind: 'user',
    exit: 2,
    title: 'A plugin does not have a hook that the configuration wants it for',
    text: 'The list `hooks` of a plugin narrows the hooks that it declares when it registers. A name that the plugin does not declare would never be called and look like an allowed call, so a pipeline does not start with it. Without `hooks` the plugin is called for all hooks that it declares.',
  },
  CPEX_E_PIPELINE_CLOSED: {
    kind: 'bug',
    exit: 70,
    title: 'A hook was invoked after its pipeline had been closed',
    text: 'A pipeline that is closed has ended its plugins, and closing is for good. cpex itself closes one after its last hook; a program that uses it has to open a new one.',
  },
  CPEX_E_BUILD_PLAN: {
    kind: 'user',
    exit: 2,
    title: 'The plan of a build cannot be used',
    text: '`cpex run steps PLAN` reads plugins and steps from a file in YAML or JSON. Each problem is listed with its line and column: a key that nobody knows, a step that needs one that is not there or itself, a plugin or a workspace that is not found. Nothing runs before all of the plan is good. docs/hosts/cpex-builds.md lists every key; schemas/build-plan.json lets editors check the file while you type.',
  },
  CPEX_E_BUILD_PLUGIN: {
    kind: 'child',
    exit: 4,
    title: 'A plugin of a build cannot be used',
    text: 'Every plugin of a plan has to start and to register before the first step runs; the message names the one that did not, and why. A build without one of its plugins would be another build, so nothing is run. Where several plugins are given for a command, the others go on without it.',
  },
  CPEX_E_PLUGIN_CONFLICT: {
    kind: 'user',
    exit: 2,
    title: 'Plugins claim the same thing',
    text: 'Of several plugins each command and each runner (`runner:NAME`) may belong to one only, one runner at most may be the default (`default-runner`), and no command may bear the name of a command of cpex itself. The message names both sides; nothing is run. Leave one of the plugins out, or rename what it declares. Life cycle hooks never conflict.',
  },
  CPEX_E_BUILD_FAILED: {
    kind: 'child',
    exit: 1,
    title: 'A build did not succeed',
    text: 'A step ended with an exit code other than 0 or its plugin failed, a life cycle hook aborted the build before an event, or one failed. The account names each; steps that needed a failed one are not run. A hook whose plugin has `on_error: ignore` in the plan cannot fail a build.',
  },
} as const satisfies Record<string, CodeEntry>;
