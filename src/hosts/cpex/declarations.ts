import type { Finding } from '../../model/finding.js';
import { didYouMean } from '../../support/suggest.js';
import { canonicalHook } from '../contract.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { cpexContract } from './contract.js';

/** What is wrong with the capabilities of a registration beyond the shape of their fields. */
export function capabilityFindings(capabilities: Fields): Finding[] {
  const findings: Finding[] = [];
  for (const name of Object.keys(capabilities)) {
    if (cpexContract.capabilities.has(name)) continue;
    const hint = didYouMean(name, cpexContract.capabilities.keys());
    findings.push(capability('fail', `There is no capability ${JSON.stringify(name)}.${hint}`));
  }
  const { hooks, command, step, lifecycle } = capabilities;
  return [
    ...findings,
    ...hookFindings(hooks),
    ...verbFindings(command, ''),
    ...runnerFindings(step),
    ...lifecycleFindings(lifecycle),
  ];
}

/** The sentence for a hook that was named by its other spelling. */
export function aliasMessage(alias: string, canonical: string): string {
  return `The hook "${alias}" is an older spelling of "${canonical}".`;
}

function hookFindings(hooks: unknown): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const hook of strings(hooks)) {
    const canonical = canonicalHook(cpexContract, hook);
    if (canonical === undefined) {
      const hint = didYouMean(hook, cpexContract.hooks.keys());
      findings.push(capability('fail', `There is no hook ${JSON.stringify(hook)}.${hint}`));
      continue;
    }
    if (canonical !== hook) findings.push(capability('warn', aliasMessage(hook, canonical)));
    if (seen.has(canonical)) findings.push(capability('fail', `The hook "${canonical}" is declared twice.`));
    seen.add(canonical);
  }
  return findings;
}

function verbFindings(commands: unknown, parent: string): Finding[] {
  return repeated(list(commands).map(({ verb }) => `${parent}${String(verb)}`))
    .map((path) => capability('fail', `The command "${path}" is declared twice.`))
    .concat(
      list(commands).flatMap(({ verb, args, subcommands }) => {
        const path = `${parent}${String(verb)}`;
        return [...argumentFindings(list(args), path), ...verbFindings(subcommands, `${path} `)];
      }),
    );
}

/** Arguments that a host could not tell apart, or never fill. */
function argumentFindings(args: readonly Fields[], command: string): Finding[] {
  const of = (what: string) => capability('fail', `The command "${command}" ${what}.`);
  const names = args.map(({ kind, name, long }) => (kind === 'positional' ? name : long)).filter(isText);
  const positional = args.filter(({ kind }) => kind === 'positional');
  const optional = positional.findIndex(({ required }) => required === false);
  const behind = optional === -1 ? [] : positional.slice(optional).filter(({ required }) => required === true);
  return [
    ...repeated(names).map((name) => of(`has two arguments of the name "${name}"`)),
    ...repeated(args.map(({ short }) => short).filter(isText)).map((short) => of(`uses -${short} twice`)),
    ...behind.map(({ name }) => of(`requires "${String(name)}" after an argument that may be left out`)),
    ...args
      .filter((one) => one.default !== undefined && !fits(one.default, one.value_type))
      .map((one) => of(`has a default for "${String(one.long)}" that is no ${String(one.value_type)}`)),
  ];
}

function fits(value: unknown, type: unknown): boolean {
  if (type === 'int') return typeof value === 'bigint' || Number.isInteger(value);
  if (type === 'bool') return typeof value === 'boolean';
  // Another word is a finding about the shape already.
  return type !== 'string' || typeof value === 'string';
}

function runnerFindings(step: unknown): Finding[] {
  const runners = list(step);
  const defaults = runners.filter((one) => one.default === true).map(({ runner }) => String(runner));
  return [
    ...repeated(runners.map(({ runner }) => runner).filter(isText)).map((runner) =>
      capability('fail', `The runner "${runner}" is declared twice.`),
    ),
    ...(defaults.length < 2 ? [] : [capability('fail', `Only one runner can be the default: ${defaults.join(', ')}.`)]),
  ];
}

function lifecycleFindings(lifecycle: unknown): Finding[] {
  const hooks = list(lifecycle);
  const asked = hooks.flatMap(({ events, phase }) => strings(events).map((kind) => `${String(phase)} ${kind}`));
  return [
    ...hooks
      .filter(({ timeout_ms }) => timeout_ms === 0)
      .map(({ phase }) =>
        capability(
          'fail',
          `A life cycle hook of the phase ${String(phase)} has a time limit of 0 ms.`,
          'Give it the milliseconds that one call may take; the host kills the plugin after them.',
        ),
      ),
    ...hooks
      .filter(({ events }) => Array.isArray(events) && events.length === 0)
      .map(({ phase }) =>
        capability('warn', `A life cycle hook of the phase ${String(phase)} names no events, and hears of none.`),
      ),
    ...repeated(asked).map((one) => capability('fail', `The event "${one}" is asked for twice.`)),
  ];
}

function capability(severity: Finding['severity'], message: string, remedy?: string): Finding {
  return {
    id: 'meta.caps',
    severity,
    clause: 'ABI-META-004',
    message,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** What stands in a list more than once, each named once. */
function repeated(words: readonly string[]): string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) !== index))];
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
