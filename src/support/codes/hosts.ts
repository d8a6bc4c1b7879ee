import type { CodeEntry } from './entry.js';

export const hostCodes = {
  CPEX_E_HOST_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'There is no such host profile',
    text: 'A host profile says what kind of host a plugin is for: its transport, ABI, methods and file layout. It is named by `--host` or by `host:` in cpex.yaml, where a revision may follow after an @. The message lists the profiles of this version.',
  },
  CPEX_E_COOKIE: {
    kind: 'user',
    exit: 2,
    title: 'The magic cookie of the application is not known',
    text: 'An application that uses hashicorp/go-plugin starts its plugins with a variable that tells them that they were started by it: the key and value of its HandshakeConfig. A plugin ends at once without it. It stands under `process.cookie` in cpex.yaml, or is named with `--cookie KEY=VALUE`. It is no secret.',
  },
  CPEX_E_PROTO_FILE: {
    kind: 'user',
    exit: 2,
    title: 'A .proto file cannot be used',
    text: 'Services of hosts that speak gRPC come from .proto files: those that `--proto` names, else those under `process.protos` in cpex.yaml. Imports are looked for beside the file and in the folders above it, up to that of cpex.yaml; those of google/protobuf need no file. Without any file cpex asks the running plugin, which can describe its services by server reflection.',
  },
  CPEX_E_SERVICE_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'There is no such service or method',
    text: 'Methods are named SERVICE/METHOD, as in `greeter.Greeter/Hello`. The package may be left out, and the service too, where only one method has the name. The message names the nearest one, or all that there are.',
  },
  CPEX_E_MESSAGE_VALUE: {
    kind: 'user',
    exit: 2,
    title: 'A value does not fit its message',
    text: 'Requests over gRPC are written as protobuf by the rules of ProtoJSON: fields in either spelling (flag_key, flagKey), 64-bit integers as numbers or text, bytes as base64, enums by name or number, times such as "2026-11-22T01:02:03Z", durations such as "1.5s". A field that the message does not have is refused, because it would be lost without a word. The message names the place.',
  },
  CPEX_E_HOOK_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'There is no such hook',
    text: 'Hook names are checked: a misspelt one would reach no plugin and look like an allowed call. The message names the nearest hook of the profile. Some hooks have a second, older spelling; it is accepted and reported.',
  },
  CPEX_E_CODEC_VALUE: {
    kind: 'user',
    exit: 2,
    title: 'A value has no form in the codec of the bodies',
    text: 'MessagePack holds integers from -2^63 to 2^64-1, finite floats and whole Unicode characters. The value to be sent holds something else, which JSON may bear. docs/abi.md, section 14, states the rules.',
  },
  CPEX_E_COMMAND_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'The plugin has no such command',
    text: 'Commands come from the registration of the plugin (capability "command"). `cpex run command --help` lists those that this plugin declares.',
  },
  CPEX_E_COMMAND_ARGUMENTS: {
    kind: 'user',
    exit: 2,
    title: "The arguments do not fit the plugin's command",
    text: 'Arguments after `cpex run command VERB` are read by the rules that the plugin registered: required arguments, options with typed values (string, int, bool) and flags. `cpex run command VERB --help` prints them. Everything after -- is taken as it stands.',
  },
  CPEX_E_RUNNER_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'No plugin offers the runner that a step needs',
    text: 'A step is executed by the runner that it names, and by the default runner where it names none. Runners come from the registration of plugins (capability "step"); the message lists those that there are. A step never falls back to another runner than the one it names.',
  },
  CPEX_E_STEP_ARGS: {
    kind: 'user',
    exit: 2,
    title: 'Arguments of a step do not fit its runner',
    text: 'A runner can register a JSON Schema of its arguments (`step_schema`). What a plan, or `cpex run step RUNNER -d ARGS`, gives it is held to that schema before anything runs; the message lists each place that does not fit. A schema that cannot be used, and formats in it, forbid nothing. A whole request by `cpex run step.execute` is sent as it is, and so are the arguments of a case.',
  },
  CPEX_E_EVENT_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'There is no such event of a build',
    text: '`cpex run event KIND` tells a plugin of one event: build_start, step_queued, step_start, step_log, step_cache_hit, step_end, chain_failed or build_end, in the phase before or after. Plugins can ask for all of them but chain_failed.',
  },
  CPEX_E_TOOL_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'The plugin has no such tool',
    text: '`cpex run tool NAME` runs a tool that the plugin names in its registration. The error lists the tools that it has; `cpex run register` shows their schemas, too.',
  },
} as const satisfies Record<string, CodeEntry>;
