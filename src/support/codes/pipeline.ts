import type { CodeEntry } from './entry.js';

export const pipelineCodes = {
  CPEX_E_HOST_CONFIG: {
    kind: 'user',
    exit: 2,
    title: "The host's configuration file cannot be used",
    text: "`cpex run --host-config FILE` reads the configuration of the real host: `plugins.enabled`, `plugins.dir` and `plugins.configs.ID` with `enabled`, `priority` and the plugin's own settings. The file is missing, is not YAML, or holds a value of another type than the host expects at the place that the message names.",
  },
} as const satisfies Record<string, CodeEntry>;
