import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import type { RunInput, RunRequest } from '../../model/run-request.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { fieldsOf, isFields } from '../json-fields.js';
import { askedFor, chooseRunner, EVENT_KINDS, lifecycleOf, runnersOf, sampleEvent, stepRequest } from './builds.js';
import { commandsOf, parseCommandArgs } from './commands.js';
import { cpexContract } from './contract.js';
import { hookNameFindings, hookRequest } from './hooks.js';
import { refuseArgs } from './step-args.js';

/**
 * Reads `hook NAME`, `command VERB … ARGS`, `step [RUNNER]`, `event KIND`, or `METHOD`. Throws for unknown hooks,
 * commands, runners and events.
 */
export function readWords(words: readonly string[], input: RunInput, registration: Registration): RunRequest {
  const [kind = '', ...rest] = words;
  refuseStrays(kind, rest, input);
  const [name = ''] = rest;
  switch (kind) {
    case 'hook': {
      const request = hookRequest(name, input.data, input);
      return { kind: 'call', method: 'hook.invoke', request, form: 'hook', findings: hookNameFindings(name) };
    }
    case 'command': {
      const line = parseCommandArgs(commandsOf(registration), rest);
      if (line.kind === 'help') return line;
      const request = { ...line.request, env: input.env };
      return { kind: 'call', method: 'command.run', request, form: 'command', findings: [] };
    }
    case 'step': {
      const runner = chooseRunner(runnersOf(registration), rest[0]);
      const request = stepRequest(runner, input.data);
      const check = () => refuseArgs([{ args: request.step.args, runner }]);
      return {
        kind: 'call',
        method: 'step.execute',
        request,
        form: 'step',
        findings: [],
        ...(input.data === undefined ? {} : { check }),
      };
    }
    case 'event':
      return eventCall(name, input, registration);
    default: {
      const sample = cpexContract.methods.get(kind)?.samples[0] ?? {};
      return { kind: 'call', method: kind, request: input.data ?? sample, form: 'result', findings: [] };
    }
  }
}

/** The call for an event, in the phase that is given, else in the one that the plugin asked for. */
function eventCall(kind: string, input: RunInput, registration: Registration): RunRequest {
  const hooks = lifecycleOf(registration);
  const phase =
    input.phase ?? (askedFor(hooks, kind, 'before') ?? askedFor(hooks, kind, 'after') ?? { phase: 'before' }).phase;
  const event = sampleEvent(kind, fieldsOf(input.data));
  if (event === undefined) {
    throw new CpexError('CPEX_E_EVENT_UNKNOWN', `There is no event "${kind}".${didYouMean(kind, EVENT_KINDS)}`, {
      evidence: [`events: ${EVENT_KINDS.join(', ')}`],
    });
  }
  const asked = askedFor(hooks, kind, phase);
  const findings: Finding[] =
    asked !== undefined
      ? []
      : [
          {
            id: 'event.asked',
            severity: 'warn',
            message: `The plugin did not ask for ${kind} in the phase ${phase}; a build would not tell it.`,
          },
        ];
  return {
    kind: 'call',
    method: 'lifecycle.event',
    request: { event, phase },
    form: 'event',
    findings,
    ...(asked === undefined ? {} : { deadlineMs: asked.timeout_ms }),
  };
}

/** The words that a name belongs to, and an example of each. */
const NAMED: Readonly<Record<string, string>> = {
  hook: 'cpex run hook tool_pre_invoke',
  event: 'cpex run event build_start',
};

/** What would be ignored is refused: data without its flag, or data for a command. */
function refuseStrays(kind: string, rest: readonly string[], input: RunInput): void {
  const usage = (message: string, remedy?: string) =>
    new CpexError('CPEX_E_USAGE', message, remedy === undefined ? {} : { remedy });
  const [name] = rest;
  const example = Object.hasOwn(NAMED, kind) ? NAMED[kind] : undefined;
  if (example !== undefined && name === undefined) {
    const what = kind === 'hook' ? 'a hook' : 'an event';
    throw usage(`The name of ${what} is missing after "${kind}".`, example);
  }
  const stray = kind === 'command' ? undefined : rest[['hook', 'event', 'step'].includes(kind) ? 1 : 0];
  if (stray !== undefined) {
    throw usage(`There is a word too many: ${stray}`, 'Data goes after --data: -d JSON, -d @FILE or -d -.');
  }
  if (kind !== 'hook' && (input.extensions !== undefined || input.context !== undefined)) {
    throw usage('Only a hook has extensions and a context.');
  }
  if (kind === 'command' && input.data !== undefined) {
    throw usage('A command takes arguments, no data; they follow its verb.');
  }
  if (kind !== 'event' && input.phase !== undefined) throw usage('Only an event has a phase.');
  if (!['step', 'step.execute'].includes(kind) && input.archive !== undefined)
    throw usage('Only a step has an archive.');
  if (['step', 'event'].includes(kind) && input.data !== undefined && !isFields(input.data)) {
    const what = kind === 'step' ? 'The arguments of a step' : 'The fields of an event';
    throw usage(`${what} are an object.`, `cpex run ${kind} ${name ?? ''} -d '{…}'`.replace('  ', ' '));
  }
}
