import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import type { RunInput, RunRequest } from '../../model/run-request.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { isFields } from '../json-fields.js';
import { tauContract } from './contract.js';
import { commandNames, hooksOf, toolsOf } from './registration.js';
import { hookCall, toolCall } from './samples.js';

/** Words with a name after them, and what each looks like. */
const NAMED: Readonly<Record<string, string>> = {
  tool: `cpex run tool NAME -d '{…}'`,
  hook: 'cpex run hook before_agent_start',
  command: 'cpex run command NAME',
};

/** Reads `tool NAME`, `hook NAME`, `command NAME`, or the `type` of a message. Throws for names that are not there. */
export function readWords(words: readonly string[], input: RunInput, registration: Registration): RunRequest {
  const [kind = '', name] = words;
  refuseStrays(words, input);
  switch (kind) {
    case 'tool':
      return toolRequest(name ?? '', input, registration);
    case 'hook': {
      const findings = hooksOf(registration).includes(name ?? '') ? [] : [notAsked(name ?? '', registration)];
      return { kind: 'call', ...hookCall(name ?? '', input.data), form: 'result', findings };
    }
    case 'command':
      throw noCommand(name ?? '', registration);
    default:
      return messageRequest(kind, input);
  }
}

function toolRequest(name: string, { data }: RunInput, registration: Registration): RunRequest {
  const tools = toolsOf(registration);
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) {
    const names = tools.map((one) => one.name);
    throw new CpexError('CPEX_E_TOOL_UNKNOWN', `The plugin has no tool "${name}".${didYouMean(name, names)}`, {
      evidence: [names.length === 0 ? 'tools: none' : `tools: ${names.join(', ')}`],
    });
  }
  return { kind: 'call', method: 'tool_call', request: toolCall(tool, data, 'call-1'), form: 'tool', findings: [] };
}

function messageRequest(type: string, { data }: RunInput): RunRequest {
  const method = tauContract.methods.get(type);
  if (method === undefined) {
    const known = [...tauContract.methods.keys()];
    throw new CpexError('CPEX_E_USAGE', `tau has no message "${type}".${didYouMean(type, known)}`, {
      remedy: `Run a tool or a hook (${NAMED.tool}), or send a message: ${known.join(', ')}.`,
    });
  }
  if (data !== undefined && !isFields(data)) {
    throw new CpexError('CPEX_E_USAGE', 'The fields of a message are an object.', {
      remedy: `cpex run ${type} -d '{…}'`,
    });
  }
  return { kind: 'call', method: type, request: data ?? method.samples[0] ?? {}, form: 'result', findings: [] };
}

function notAsked(name: string, registration: Registration): Finding {
  const hooks = hooksOf(registration);
  const said = hooks.length === 0 ? 'It registered no hooks.' : `Its hooks: ${hooks.join(', ')}.`;
  return {
    id: 'hook.asked',
    severity: 'warn',
    message: `The plugin did not ask for the hook "${name}"; tau would not send it.${didYouMean(name, hooks)} ${said}`,
  };
}

/** The protocol has no message for commands: plugins name them, and that is all. */
function noCommand(name: string, registration: Registration): CpexError {
  const names = commandNames(registration);
  const known = names.includes(name);
  const message = known
    ? `The plugin registers the command "${name}", and tau has no message that runs one.`
    : `The plugin registers no command "${name}".${didYouMean(name, names)}`;
  return new CpexError('CPEX_E_USAGE', message, {
    evidence: [names.length === 0 ? 'commands: none' : `commands: ${names.join(', ')}`],
    remedy: 'tau keeps the names of commands and shows them nowhere. What is to run is a tool: cpex run tool NAME',
  });
}

function refuseStrays([kind = '', name, stray]: readonly string[], input: RunInput): void {
  const usage = (message: string, remedy?: string) =>
    new CpexError('CPEX_E_USAGE', message, remedy === undefined ? {} : { remedy });
  const example = Object.hasOwn(NAMED, kind) ? NAMED[kind] : undefined;
  if (example !== undefined && name === undefined) throw usage(`The name of a ${kind} is missing.`, example);
  const extra = example === undefined ? name : stray;
  if (extra !== undefined) {
    throw usage(`There is a word too many: ${extra}`, 'Data goes after --data: -d JSON, -d @FILE or -d -.');
  }
  if (input.extensions !== undefined || input.context !== undefined) {
    throw usage('Messages of tau have neither extensions nor a context.');
  }
  if (input.phase !== undefined || input.archive !== undefined) {
    throw usage('tau has neither steps nor events of builds.');
  }
}
