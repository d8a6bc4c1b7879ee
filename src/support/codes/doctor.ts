import type { CodeEntry } from './entry.js';

export const doctorCodes = {
  CPEX_E_DOCTOR_CONSENT: {
    kind: 'user',
    exit: 2,
    title: 'Nobody agreed to the install commands',
    text: '`cpex doctor --fix` changes the machine only with consent: on a terminal it shows the commands and asks, elsewhere (in a pipe, or with the variable CI set) it needs --yes. The message lists what would have run; nothing did.',
  },
  CPEX_E_DOCTOR_FIX: {
    kind: 'environment',
    exit: 3,
    title: 'An install command failed',
    text: 'A command that `cpex doctor --fix` ran did not succeed; its own words stand above. The others were run all the same, and the report says what is still lacking. A package manager whose lists are old does not find packages (`sudo apt-get update` mends that); one that another process uses refuses to work; rustup and pip need the network.',
  },
} as const satisfies Record<string, CodeEntry>;
