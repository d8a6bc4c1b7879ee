import type { Registration, SampleCall } from '../../model/profile.js';
import { canonicalHook } from '../contract.js';
import { type LifecycleHook, lifecycleOf, runnersOf, type StepRunner, sampleEvent, stepRequest } from './builds.js';
import { type ArgSpec, argumentsOf, type CommandSpec } from './command-spec.js';
import { commandRequest, commandsOf } from './commands.js';
import { cpexContract } from './contract.js';
import { hookRequest } from './hooks.js';

/** Valid calls for everything that a plugin declared: one for each hook, command, runner, and event of a phase. */
export function sampleCalls(registration: Registration): SampleCall[] {
  const { hooks } = registration.capabilities;
  const declared = Array.isArray(hooks) ? hooks.filter((one) => typeof one === 'string') : [];
  return [
    ...declared.flatMap(hookCall),
    ...commandsOf(registration).flatMap((one) => commandCalls(one, [])),
    ...runnersOf(registration).map(stepCall),
    ...lifecycleOf(registration).flatMap(eventCalls),
  ];
}

function stepCall(runner: StepRunner): SampleCall {
  return { capability: 'step', method: 'step.execute', request: stepRequest(runner) };
}

function eventCalls({ events, phase }: LifecycleHook): SampleCall[] {
  return events.flatMap((kind) => {
    const event = sampleEvent(kind);
    return event === undefined
      ? []
      : [{ capability: 'lifecycle', method: 'lifecycle.event', request: { event, phase } }];
  });
}

/** The call goes out under the name that the plugin knows, which may be an alias. */
function hookCall(hook: string): SampleCall[] {
  if (canonicalHook(cpexContract, hook) === undefined) return [];
  return [{ capability: 'hooks', method: 'hook.invoke', request: { ...hookRequest(hook, undefined), hook } }];
}

function commandCalls(spec: CommandSpec, parents: readonly string[]): SampleCall[] {
  const path = [...parents, spec.verb];
  const below = (spec.subcommands ?? []).flatMap((one) => commandCalls(one, path));
  // A command that only groups others is not run itself.
  if (below.length > 0 && argumentsOf(spec).length === 0) return below;
  const args = Object.fromEntries(argumentsOf(spec).flatMap(sampleArgument));
  return [{ capability: 'command', method: 'command.run', request: commandRequest(path, args) }, ...below];
}

function sampleArgument(spec: ArgSpec): [string, unknown][] {
  if (spec.kind === 'flag') return [[spec.long, false]];
  const name = spec.kind === 'positional' ? spec.name : spec.long;
  if (spec.kind === 'option' && spec.default !== undefined) return [[name, spec.default]];
  if (!spec.required) return [];
  return [[name, { string: 'sample', int: 1, bool: true }[spec.value_type]]];
}
