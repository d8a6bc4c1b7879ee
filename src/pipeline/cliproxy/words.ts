import { fieldsOf } from '../../hosts/json-fields.js';
import { CpexError } from '../../support/errors.js';
import { runCommandLine } from './command-line.js';
import { loginWord } from './login-word.js';
import { modelsWord } from './models-word.js';
import { refreshWord } from './refresh-word.js';
import { requestWord } from './request-word.js';
import type { Word } from './word.js';

/** Reads the words of a command line for several plugins. Throws CPEX_E_USAGE and CPEX_E_RUN_DATA. */
export function readWord(words: readonly string[], data: unknown): Word {
  const [word, ...rest] = words;
  switch (word) {
    case 'request':
      noMore(rest, 'request');
      return requestWord(data);
    case 'models':
      noMore(rest, 'models');
      noData(data, 'models');
      return modelsWord();
    case 'login': {
      const [provider, ...more] = rest;
      if (provider === undefined) throw usage('The provider to log in to is missing: cpex run login PROVIDER');
      noMore(more, 'login PROVIDER');
      return loginWord(provider, fieldsOf(data));
    }
    case 'refresh': {
      const [id, ...more] = rest;
      noMore(more, 'refresh [ID]');
      noData(data, 'refresh');
      return refreshWord(id);
    }
    default:
      noData(data, 'cliproxy-cli');
      return commandLineWord(rest);
  }
}

function commandLineWord(words: readonly string[]): Word {
  return {
    story: false,
    upstreams: [],
    run: async ({ host, config, context }) => {
      const printed = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
      const { exit, saved } = await runCommandLine(host, words, config?.file ?? '', (stream, bytes) => {
        if (bytes.length === 0) return;
        printed[stream].push(bytes);
        context.emit({ type: 'service', event: { kind: 'output', stream, bytes } });
      });
      const whole = (stream: 'stdout' | 'stderr') => Buffer.concat(printed[stream]).toString('utf8');
      const value = { exit_code: exit, stdout: whole('stdout'), stderr: whole('stderr'), saved };
      // A process can pass on eight bits only; what would become 0 there stays a failure.
      return { value, text: () => '', exit: exit === 0 ? 0 : exit & 0xff || 1 };
    },
  };
}

function noMore(rest: readonly string[], form: string): void {
  const [first] = rest;
  if (first === undefined) return;
  const hint = first.startsWith('{') ? ' Data goes with --data.' : '';
  throw usage(`There is a word too many: ${first}.${hint} The form is: ${form}`);
}

function noData(data: unknown, word: string): void {
  if (data !== undefined) throw usage(`"${word}" takes no data.`);
}

function usage(message: string): CpexError {
  return new CpexError('CPEX_E_USAGE', message);
}
