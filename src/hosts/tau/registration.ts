import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { didYouMean } from '../../support/suggest.js';
import { type Fields, fieldsOf, isFields } from '../json-fields.js';
import { describeProblem } from '../schema-check.js';
import { REGISTER, tauContract } from './contract.js';
import { readShape } from './read-shape.js';

/** A tool as its plugin describes it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Fields;
}

/** Reads the registration that a plugin sent first: its tools, hooks and commands, and what is wrong with them. */
export function readRegistration(result: unknown): { registration?: Registration; findings: Finding[] } {
  const { value, problems } = readShape(tauContract.methods.get(REGISTER)?.result ?? {}, result);
  const findings = problems.map((problem) => fail(`In the registration ${describeProblem(problem)}.`));
  const top = fieldsOf(value);
  const { name } = top;
  if (findings.length > 0 || typeof name !== 'string') return { findings };
  const capabilities = { tools: listOf(top.tools), hooks: listOf(top.hooks), commands: listOf(top.commands) };
  const registration = {
    id: name,
    // The protocol has neither.
    version: '',
    author: '',
    capabilities: Object.fromEntries(Object.entries(capabilities).filter(([, list]) => list.length > 0)),
    raw: result,
  };
  return {
    registration,
    findings: [
      ...toolsOf(registration).flatMap(schemaFindings),
      ...repeated('tool', toolsOf(registration)),
      ...repeated('command', namedIn(capabilities.commands)),
      ...hooksOf(registration).flatMap(hookFindings),
    ],
  };
}

/** The tools of a registration that was read. */
export function toolsOf({ capabilities }: Pick<Registration, 'capabilities'>): readonly Tool[] {
  return listOf(capabilities.tools)
    .filter(isFields)
    .map((tool) => ({
      name: String(tool.name),
      description: String(tool.description),
      parameters: fieldsOf(tool.parameters),
    }));
}

/** The hooks that a plugin wants to hear of. */
export function hooksOf({ capabilities }: Pick<Registration, 'capabilities'>): readonly string[] {
  return listOf(capabilities.hooks).filter((one) => typeof one === 'string');
}

/** The names of the commands of a registration. */
export function commandNames({ capabilities }: Pick<Registration, 'capabilities'>): readonly string[] {
  return namedIn(listOf(capabilities.commands)).map(({ name }) => name);
}

function schemaFindings({ name, parameters }: Tool): Finding[] {
  if (parameters.type === 'object') return [];
  return [
    {
      id: 'register.schema',
      severity: 'warn',
      message: `The parameters of the tool "${name}" are no schema of an object; providers of models refuse such tools.`,
      remedy: 'Write {"type":"object","properties":{…}}, with no properties for a tool without arguments.',
    },
  ];
}

/** tau calls the first tool of a name and says nothing of the others. */
function repeated(what: string, list: readonly { readonly name: string }[]): Finding[] {
  const names = list.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  return twice.map((name) => ({
    id: 'register.names',
    severity: 'warn',
    message: `The registration names the ${what} "${name}" more than once; only the first is ever used.`,
  }));
}

/** Any plugin may fire hooks with names of its own, so an unknown name is no mistake by itself. */
function hookFindings(name: string): Finding[] {
  if (tauContract.hooks.has(name)) return [];
  const meant = didYouMean(name, [...tauContract.hooks.keys()]);
  const message = `tau itself fires no hook "${name}"; it runs only when a plugin fires it.${meant}`;
  return [{ id: 'register.hooks', severity: meant === '' ? 'info' : 'warn', message }];
}

function namedIn(list: readonly unknown[]): { name: string }[] {
  return list.filter(isFields).map(({ name }) => ({ name: String(name) }));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fail(message: string): Finding {
  return {
    id: 'register.ok',
    severity: 'fail',
    message,
    remedy: 'Send {"type":"register","name":"…","tools":[],"hooks":[],"commands":[]} as the first message.',
  };
}
