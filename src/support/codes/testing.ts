import type { CodeEntry } from './entry.js';

export const testingCodes = {
  CPEX_E_CASE_INVALID: {
    kind: 'user',
    exit: 2,
    title: 'A case file cannot be read',
    text: 'The file is not valid YAML, or a case in it breaks the schema: an unknown key, a missing name, no call or two calls. The message names line and column. docs/cases.md describes the format; the schema line at the top of a generated case lets an editor check it while you type.',
  },
  CPEX_E_CASE_NOT_FOUND: {
    kind: 'user',
    exit: 2,
    title: 'A case file that was named does not exist',
    text: 'The arguments of `cpex test` are built libraries or case files (.yaml, .yml) or folders of them. Without arguments the folder `test.cases` of cpex.yaml is read, tests/cases by default.',
  },
  CPEX_E_TEST_UNKNOWN_ID: {
    kind: 'user',
    exit: 2,
    title: 'No test has this id',
    text: '--only and --skip take ids of the catalogue (`cpex test --list`), a group such as `env.*`, or the name of a case.',
  },
  CPEX_E_REPORTER_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'No reporter has this name',
    text: 'Reporters are pretty, json, ndjson, junit, tap, github, sarif, html, trace (for Perfetto and chrome://tracing) and badge (a line of Markdown, or a picture into a file that ends with .svg); cpex check has pretty, json, github and sarif. Each may be followed by `=FILE`; one without a file writes to stdout.',
  },
  CPEX_E_TEST_BASELINE: {
    kind: 'user',
    exit: 2,
    title: 'A build cannot be compared with an older one',
    text: '`cpex test --baseline OLD.so` audits both libraries, lets both register and makes the same calls. One that is not sound, is for another platform or does not register cannot be compared.',
  },
  CPEX_E_TEST_DEBUGGER: {
    kind: 'environment',
    exit: 3,
    title: 'There is no debugger, or nobody to use it',
    text: '`cpex test --debug --only ID` builds the plugin for debugging and runs one test in the foreground under gdb, else lldb, which stops where the plugin begins. That needs a terminal; a command that asks nothing can be named instead, as in `--debugger "gdb -batch -ex run -ex bt --args"`.',
  },
  CPEX_E_REPRO_INVALID: {
    kind: 'user',
    exit: 2,
    title: 'The file is no bundle of a failed test',
    text: '`cpex test --replay` reads the file that `cpex test` wrote about a failure: schemas/repro.json describes it. It was written by this version of the format, and is not meant to be edited.',
  },
  CPEX_E_REPRO_ARTEFACT: {
    kind: 'user',
    exit: 2,
    title: 'The plugin of a bundle is not here',
    text: 'A bundle names the file that failed and its digest, and does not hold it. Stand in its project, put the file back, or name another one: `cpex test ./plugin.so --replay FILE`.',
  },
  CPEX_E_FUZZ: {
    kind: 'user',
    exit: 2,
    title: 'A plugin cannot be fuzzed',
    text: '`cpex fuzz` begins with a library that passes `cpex check`, that can be run on this machine, and that registers. The C probe makes the calls, so a C compiler has to be there. A harness (--harness) is written for a project, not for a library on its own. `--method` names a method that the plugin serves, and `--corpus` a folder.',
  },
  CPEX_E_TEST_NO_SUBJECT: {
    kind: 'user',
    exit: 2,
    title: 'There is nothing to test',
    text: 'Stand in a plugin project, or name a built library: `cpex test ./plugin.so --host cpex`.',
  },
  CPEX_E_SELFTEST_COMPILE: {
    kind: 'environment',
    exit: 3,
    title: 'A plugin of the self-test does not compile',
    text: '`cpex test --selftest` compiles small plugins, most of them broken on purpose, with the C compiler, Go and Rust of this machine. One of these does not take its source. The evidence shows the command and what it said. A language whose tools are missing is left out by name; this one is there and fails.',
  },
} as const satisfies Record<string, CodeEntry>;
