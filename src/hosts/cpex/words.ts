import type { Registration, RunInput, RunRequest } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import { commandsOf, parseCommandArgs } from './commands.js';
import { cpexContract } from './contract.js';
import { hookNameFindings, hookRequest } from './hooks.js';

/** Reads `hook NAME`, `command VERB … ARGS`, or `METHOD`. Throws for unknown hooks and commands. */
export function readWords(words: readonly string[], input: RunInput, registration: Registration): RunRequest {
  const [kind = '', ...rest] = words;
  refuseStrays(kind, rest, input);
  if (kind === 'hook') {
    const [name = ''] = rest;
    const request = hookRequest(name, input.data, input);
    return { kind: 'call', method: 'hook.invoke', request, form: 'hook', findings: hookNameFindings(name) };
  }
  if (kind === 'command') {
    const line = parseCommandArgs(commandsOf(registration), rest);
    if (line.kind === 'help') return line;
    const request = { ...line.request, env: input.env };
    return { kind: 'call', method: 'command.run', request, form: 'command', findings: [] };
  }
  const sample = cpexContract.methods.get(kind)?.samples[0] ?? {};
  return { kind: 'call', method: kind, request: input.data ?? sample, form: 'result', findings: [] };
}

/** What would be ignored is refused: data without its flag, or data for a command. */
function refuseStrays(kind: string, rest: readonly string[], input: RunInput): void {
  const [name] = rest;
  if (kind === 'hook' && name === undefined) {
    throw new CpexError('CPEX_E_USAGE', 'The name of a hook is missing after "hook".', {
      remedy: 'cpex run hook tool_pre_invoke',
    });
  }
  const stray = kind === 'command' ? undefined : rest[kind === 'hook' ? 1 : 0];
  if (stray !== undefined) {
    throw new CpexError('CPEX_E_USAGE', `There is a word too many: ${stray}`, {
      remedy: 'Data goes after --data: -d JSON, -d @FILE or -d -.',
    });
  }
  if (kind !== 'hook' && (input.extensions !== undefined || input.context !== undefined)) {
    throw new CpexError('CPEX_E_USAGE', 'Only a hook has extensions and a context.');
  }
  if (kind === 'command' && input.data !== undefined) {
    throw new CpexError('CPEX_E_USAGE', 'A command takes arguments, no data; they follow its verb.');
  }
}
