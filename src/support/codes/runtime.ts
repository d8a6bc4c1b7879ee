import type { CodeEntry } from './entry.js';

export const runtimeCodes = {
  CPEX_E_PLUGIN_REFUSED: {
    kind: 'child',
    exit: 4,
    title: 'The plugin could not be loaded',
    text: 'The reference host loads a plugin in steps: open the library (all symbols bound at once), find the entry function, call it, compare ABI versions, check that the plugin table is complete. The message names the step that failed and what the system or the plugin said. `cpex check FILE` reads the same file without loading it and usually names the cause.',
  },
  CPEX_E_PLUGIN_DIED: {
    kind: 'child',
    exit: 4,
    title: 'The plugin ended or crashed its process',
    text: 'A plugin runs inside its host: a crash, exit() or an uncaught panic takes the host down with it. cpex runs each plugin in a process of its own and reports the signal or exit code, the call that was running and the last lines of stderr. A plugin must never call exit(), not even exit(0). For a crash, build with --debug and run the same call again.',
  },
  CPEX_E_PLUGIN_HUNG: {
    kind: 'child',
    exit: 4,
    title: 'The plugin did not return in time',
    text: 'Loading, each call and shutdown have a time limit that the CLI keeps. When one passes, cpex notes what each thread of the plugin was doing and kills the plugin with everything it started. Common causes: a lock held across a host call, a thread joined in shutdown that never ends, a constructor that waits.',
  },
  CPEX_E_HOST_FAULT: {
    kind: 'bug',
    exit: 70,
    title: 'The reference host itself failed',
    text: 'The process that serves the plugin failed in code that is not the plugin. This is a fault of cpex; please report it with the evidence.',
  },
  CPEX_E_TRANSPORT: {
    kind: 'bug',
    exit: 70,
    title: 'A session was asked for that its transport cannot serve',
    text: 'The native engine needs the entry symbol and the ABI version that the host profile prescribes. Profiles of other transports have engines of their own.',
  },
  CPEX_E_METHOD_NAME: {
    kind: 'user',
    exit: 2,
    title: 'This cannot be the name of a method',
    text: 'Method names cross the ABI as C strings: a NUL byte would end the name early. Names longer than 60000 bytes are refused as well.',
  },
  CPEX_E_CHILD_START: {
    kind: 'environment',
    exit: 3,
    title: 'The process that serves the plugin could not be started',
    text: 'cpex starts a second Node process for each plugin. That failed before the plugin was touched: the working folder is missing, the system is out of processes or memory, or the installation of cpex is incomplete (dist/child.cjs or the package koffi is missing).',
  },
  CPEX_E_PLUGIN_ANSWER: {
    kind: 'child',
    exit: 1,
    title: 'The plugin answered with an error',
    text: "The call worked, and the plugin said no: its envelope holds an error with the code and message shown. Nothing crashed. Codes such as unknown_method and invalid_request are explained in docs/abi.md; others are the plugin's own.",
  },
  CPEX_E_PLUGIN_STREAM: {
    kind: 'child',
    exit: 1,
    title: 'A stream of the plugin ended with an error',
    text: 'The call returned well, and what it streamed did not end well: the plugin closed the stream with an error, never closed it, or could not go on because the host keeps only so many pieces before the call has returned. The pieces that came before are shown.',
  },
  CPEX_E_PLUGIN_RULES: {
    kind: 'child',
    exit: 1,
    title: 'The plugin broke a rule of its host',
    text: 'The answer came, but on the way the plugin did something that its real host does not bear. The findings say what. `cpex run --trace` shows every message in its order.',
  },
  CPEX_E_PLUGIN_ENVELOPE: {
    kind: 'child',
    exit: 4,
    title: 'The answer of the plugin cannot be read',
    text: 'Every answer is one JSON object, {"ok":true,"result":…} or {"ok":false,"error":{"code","message"}}, in UTF-8. What came is something else: empty, not JSON, followed by more bytes, or of another shape. docs/abi.md, sections 6 and 7, states the rules.',
  },
  CPEX_E_UNSOUND_LIBRARY: {
    kind: 'child',
    exit: 5,
    title: 'A library was not loaded because its audit failed',
    text: 'A library runs with your rights as soon as it is loaded, so cpex reads the file first. The findings named would make it fail to load or be dangerous: another architecture, a missing entry function, an executable stack and the like. `cpex check FILE` shows them all with remedies.',
  },
  CPEX_E_RUN_DATA: {
    kind: 'user',
    exit: 2,
    title: 'The data for the call cannot be read',
    text: 'Data is JSON text, @FILE for a JSON or YAML file, or - for standard input. Keys may not be repeated; integers are kept exact.',
  },
  CPEX_E_RUN_REQUEST: {
    kind: 'user',
    exit: 2,
    title: 'The host could not send this request',
    text: 'A request has the members that its method has in the contract of the host, with values of their types. A misspelt member would be dropped on the way, and the plugin would see nothing in its place. Where bytes are wanted, base64 or { $text: … } or { $json: … } can stand.',
  },
  CPEX_E_RUN_ANSWERS: {
    kind: 'user',
    exit: 2,
    title: 'The answers of the host cannot be read',
    text: 'cpex run --answers FILE takes what stands under "host" in a case file, or a case file itself: scripted answers for HTTP requests and models, credential files, stored values. docs/cases.md describes them.',
  },
  CPEX_E_RUN_RECORD: {
    kind: 'user',
    exit: 2,
    title: 'The case file to record cannot be written',
    text: 'cpex run --record never overwrites a case: choose another name, or remove the old file. The name has to end in .yaml or .yml, or cpex test would not find it.',
  },
} as const satisfies Record<string, CodeEntry>;
