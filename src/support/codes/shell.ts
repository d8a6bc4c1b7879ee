import type { CodeEntry } from './entry.js';

export const shellCodes = {
  CPEX_E_BUG: {
    kind: 'bug',
    exit: 70,
    title: 'cpex itself failed',
    text: 'Something happened that cpex does not expect. The stack trace and the trace file, if any, belong into a bug report; nothing is wrong with your plugin as far as this error can tell.',
  },
  CPEX_E_USAGE: {
    kind: 'user',
    exit: 2,
    title: 'The command line cannot be understood',
    text: 'A flag or argument is unknown, missing or has a value that does not fit. `cpex COMMAND --help` lists what a command takes.',
  },
  CPEX_E_NOT_INTERACTIVE: {
    kind: 'user',
    exit: 2,
    title: 'Answers are missing and nobody can be asked',
    text: 'cpex asks questions only on a terminal and never when the variable CI is set. Give every listed flag on the command line, or set the environment variable named beside it.',
  },
  CPEX_E_INTERRUPTED: {
    kind: 'user',
    exit: 130,
    title: 'Interrupted',
    text: 'Ctrl-C (or SIGTERM) ended the command. Children were killed and temporary files removed; what was complete before stays.',
  },
  CPEX_E_TEMPORARY: {
    kind: 'environment',
    exit: 3,
    title: 'There is no folder for temporary files',
    text: 'cpex works in folders of its own below the one for temporary files: TMPDIR, else /tmp; TEMP on Windows. The memory that it shares with the process of a plugin has its place in /dev/shm where that can be written, else there. The message names what the system said: the folder is not there, may not be written, or the disk is full. Set TMPDIR to a folder that can be written.',
  },
  CPEX_E_SYSTEM: {
    kind: 'environment',
    exit: 3,
    title: 'The system refused something',
    text: 'A call to the operating system failed for a reason that lies in the machine: a full or read-only disk, missing permission, too many open files, a path that is too long or leads in a circle. The message names the call and the path.',
  },
  CPEX_E_OUTPUT: {
    kind: 'environment',
    exit: 3,
    title: 'The result cannot be written',
    text: 'stdout leads to a file or device that takes no more, or a report, a snapshot or a recorded case cannot be put where it was wanted: the disk is full or read-only, a folder has the name, or may not be written. The command itself may have done its work: look before you repeat it. A reader that goes away, as in `cpex list | head -1`, is no error.',
  },
  CPEX_E_UNKNOWN_CODE: {
    kind: 'user',
    exit: 2,
    title: 'There is no such error code',
    text: 'Codes start with CPEX_E_. `cpex explain` without an argument lists them all.',
  },
} as const satisfies Record<string, CodeEntry>;
