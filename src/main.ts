import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { printJson, wantsJson } from './commands/json-result.js';
import { watchOutput } from './report/broken-output.js';
import { renderError, toCpexError } from './report/error-text.js';
import { CpexError } from './support/errors.js';
import { didYouMean } from './support/suggest.js';

export { COMMANDS } from './commands/index.js';

/**
 * Runs one command line to its end and leaves the exit code in `process.exitCode`.
 * @param root folder that holds package.json and oclif.manifest.json
 */
export async function main(argv: string[], root: string): Promise<void> {
  // Where NODE_ENV is "development" oclif would look for TypeScript, and for sources beside the bundle.
  settings.enableAutoTranspile = false;
  watchOutput();
  try {
    const config = await Config.load(root);
    // Commands are single words: oclif would take `build extra` for a command of two.
    config.topicSeparator = ':';
    const words = argv[0] === 'help' ? helpWords(argv.slice(1)) : separateWords(argv);
    const [id] = words;
    if (id !== undefined && !ANSWERED.includes(id) && !config.findCommand(id)) throw noCommand(id, config.commandIDs);
    await run(words, config);
  } catch (thrown) {
    if (isCleanExit(thrown)) return;
    const error = toCpexError(thrown);
    process.exitCode = error.exit;
    if (wantsJson(argv)) printJson(null, { ok: false, error: error.toJSON() });
    else process.stderr.write(`${renderError(error)}\n`);
  }
}

/** `help`, `help COMMAND`, and `help help` for those who wonder. */
function helpWords([word]: readonly string[]): string[] {
  return word === undefined || word === 'help' ? ['--help'] : [word, '--help'];
}

/** Flags that stand where a command would. */
const ANSWERED: readonly string[] = ['--help', '-h', '--version', '-v'];

function noCommand(word: string, known: readonly string[]): CpexError {
  const message = word.startsWith('-')
    ? `A command comes first, and "${word}" is none.`
    : `There is no command "${word}".${didYouMean(word, known)}`;
  return new CpexError('CPEX_E_USAGE', message, { remedy: 'cpex --help lists the commands.' });
}

/** oclif leaves by throwing, also when all is well. */
function isCleanExit(thrown: unknown): boolean {
  return (thrown as { oclif?: { exit?: number } } | null)?.oclif?.exit === 0;
}

/** Words of `run` after which everything belongs to a plugin. */
const PASSED_ON: readonly string[] = ['command', 'cliproxy-cli'];

/**
 * What follows `run command` belongs to the plugin's command, `--help` included: a `--` in front
 * of it keeps oclif from reading it.
 */
function separateWords(argv: string[]): string[] {
  const at = argv.findIndex((word) => PASSED_ON.includes(word));
  const end = argv.indexOf('--');
  if (argv[0] !== 'run' || at === -1 || (end !== -1 && end < at) || argv[at + 1] === '--') return argv;
  return [...argv.slice(0, at + 1), '--', ...argv.slice(at + 1)];
}
