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
} as const satisfies Record<string, CodeEntry>;
