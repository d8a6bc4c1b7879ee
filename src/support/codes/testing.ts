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
    text: 'Reporters are pretty, json, ndjson, junit, tap, github and sarif; cpex check has pretty, json, github and sarif. Each may be followed by `=FILE`; one without a file writes to stdout.',
  },
  CPEX_E_TEST_NO_SUBJECT: {
    kind: 'user',
    exit: 2,
    title: 'There is nothing to test',
    text: 'Stand in a plugin project, or name a built library: `cpex test ./plugin.so --host cpex`.',
  },
} as const satisfies Record<string, CodeEntry>;
