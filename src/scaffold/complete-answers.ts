import path from 'node:path';
import type { RunContext } from '../model/context.js';
import { LANGUAGES, type Language } from '../model/target.js';
import { type CapabilityUse, readCapability } from '../project/capabilities.js';
import { type ContractData, contractData } from '../project/contract-data.js';
import { HOSTS, hostName, hostProblem } from '../project/hosts.js';
import { idProblem } from '../project/plugin-names.js';
import { CpexError } from '../support/errors.js';
import { validate } from '../support/schemas.js';
import { shellWord } from '../support/shell-word.js';
import { didYouMean } from '../support/suggest.js';
import { CI_SERVICES, LICENSES, type NewAnswers, SAMPLES } from './answers.js';
import { nameOf } from './bindings/names.js';
import { defaultAuthor } from './git.js';
import { newManifest } from './manifest-text.js';
import { hostsFor, languageProblem, languagesOf, processProblems, processSettings } from './process-answers.js';
import { repositoryFor } from './repository.js';
import { readSample, SAMPLE_HOST } from './samples.js';
import { SAMPLE_SERVICE } from './service-names.js';

/** What the command line said; everything may be absent. */
export interface NewRequest {
  /** Id of the plugin, or `.` for one named after the working folder. */
  readonly name?: string | undefined;
  readonly language?: string | undefined;
  readonly host?: string | undefined;
  /** Each `WORD[:ARG]`; several in one entry may be parted by commas or spaces. */
  readonly capabilities?: readonly string[] | undefined;
  /** Magic cookie of a go-plugin application, `KEY=VALUE`. */
  readonly cookie?: string | undefined;
  /** The working plugin to begin with. */
  readonly sample?: string | undefined;
  /** Folder of the project, relative to the working folder. */
  readonly folder?: string | undefined;
  readonly author?: string | undefined;
  readonly description?: string | undefined;
  /** Address of the sources. */
  readonly repository?: string | undefined;
  readonly license?: string | undefined;
  readonly ci?: string | undefined;
  readonly git?: boolean | undefined;
  /** Take the default for everything that has one, without asking. */
  readonly yes?: boolean | undefined;
}

/** Asks for what is missing; only called when there is a terminal. */
export type Ask = (missing: Missing) => Promise<Partial<NewRequest>>;

/** The values that are not known yet. */
export interface Missing {
  readonly name: boolean;
  readonly language: boolean;
  readonly host: boolean;
  readonly capabilities: boolean;
  readonly sample: boolean;
  readonly author: boolean;
  /** Rule of a good id, for a question that repeats itself until it is met. */
  readonly nameProblem: (name: string) => string | undefined;
  /** The contract of the host, once it is known: what was answered, or else what was given. */
  readonly contract: (answered: string | undefined) => ContractData;
  /** Languages to choose from. */
  readonly languages: () => Promise<readonly Language[]>;
  /** Hosts to choose from, once the language is known. */
  readonly hosts: (language: string | undefined) => Promise<readonly string[]>;
  /** What the plugin can do when nobody says, for that host. */
  readonly defaultCapability: (answered: string | undefined) => string;
}

const DEFAULTS = { host: 'cpex', license: 'MIT', ci: 'github' } as const;
/** What a plugin can do when nobody says. */
const DEFAULT_CAPABILITY: Readonly<Record<string, string>> = {
  cpex: 'hook:tool_pre_invoke',
  cliproxy: 'request_interceptor',
  'go-plugin': `service:${SAMPLE_SERVICE}`,
  console: 'seam:store',
  tau: 'tool:greet',
};
/** What a plugin is when nobody says. */
const DEFAULT_DESCRIPTION: Readonly<Record<string, string>> = {
  cpex: 'A cpex plugin.',
  cliproxy: 'A plugin for CLIProxyAPI.',
  'go-plugin': 'A plugin of go-plugin.',
  console: 'A plugin for Console.',
  tau: 'A plugin for tau.',
};

/**
 * Turns a command line into complete answers: defaults, then questions where that is possible,
 * then every check.
 * @throws CPEX_E_NOT_INTERACTIVE with all missing values, CPEX_E_NEW_ID, CPEX_E_NEW_VALUE
 */
export async function completeAnswers(given: NewRequest, context: RunContext, ask: Ask): Promise<NewAnswers> {
  checkHost(given.host ?? DEFAULTS.host);
  const env = context.env.CPEX_NEW_NAME;
  const named = { ...given, name: given.name ?? (env === '' ? undefined : env) };
  const author = named.author ?? (await defaultAuthor(context.cwd, context));
  const request = await fillIn({ ...named, author }, context, ask);
  const host = request.host ?? DEFAULTS.host;

  const folder = request.folder ?? request.name ?? '.';
  const root = path.resolve(context.cwd, folder);
  const id = request.name === undefined || request.name === '.' ? path.basename(root) : request.name;
  const language = request.language as Language;
  const badLanguage = await languageProblem(host, language);
  if (badLanguage !== undefined) throw valueError([badLanguage]);
  const badId = idProblem(id, language);
  if (badId !== undefined) throw idError(id, badId, request);
  const sample = request.sample === undefined ? undefined : oneOf('--sample', request.sample, SAMPLES);
  const begin = sample === undefined ? undefined : readSample(sample);
  const repository = await repositoryFor(request.repository, { id, host, root }, context);
  const wanted = begin?.capabilities ?? request.capabilities ?? [defaultCapability(host)];
  const capabilities = readCapabilities(wanted, contractData(host));
  const badProcess = processProblems(host, capabilities, request.cookie);
  if (badProcess.length > 0) throw valueError(badProcess);
  const process = processSettings({ id, host, capabilities }, request.cookie);
  const answers: NewAnswers = {
    id,
    language,
    host,
    capabilities,
    ...(process === undefined ? {} : { process }),
    ...(sample === undefined ? {} : { sample }),
    root,
    author: request.author ?? '',
    description: request.description ?? begin?.description ?? DEFAULT_DESCRIPTION[hostName(host)] ?? '',
    ...(repository === undefined ? {} : { repository }),
    license: oneOf('--license', request.license ?? DEFAULTS.license, LICENSES),
    ci: oneOf('--ci', request.ci ?? DEFAULTS.ci, CI_SERVICES),
    git: request.git ?? true,
    year: new Date().getFullYear(),
  };
  const wrong = validate('manifest', newManifest(answers));
  if (wrong.length > 0) throw valueError(wrong.map(({ path: at, message }) => `--${at.join('.')}: ${message}`));
  return answers;
}

/** Adds what is missing, by asking or not at all. */
async function fillIn(given: NewRequest, context: RunContext, ask: Ask): Promise<NewRequest> {
  if (given.language !== undefined) oneOf('--lang', given.language, LANGUAGES);
  if (given.sample !== undefined) checkSample(given);
  const missing = {
    name: given.name === undefined && given.folder === undefined,
    language: given.language === undefined,
    host: given.host === undefined,
    capabilities: given.capabilities === undefined && given.sample === undefined,
    sample: given.capabilities === undefined && given.sample === undefined,
    author: given.author === undefined,
  };
  const needed = [
    ...(missing.name ? ['the name, as first argument (CPEX_NEW_NAME)'] : []),
    ...(missing.language ? [`--lang ${LANGUAGES.join('|')} (CPEX_NEW_LANG)`] : []),
    ...(missing.author ? ['--author NAME (CPEX_NEW_AUTHOR)'] : []),
  ];
  const mayAsk = context.interactive && !given.yes;
  if (needed.length > 0 && !mayAsk) {
    throw new CpexError('CPEX_E_NOT_INTERACTIVE', 'Answers are missing, and nobody can be asked.', {
      evidence: needed,
      remedy: [
        `cpex new ${shellWord(given.name ?? 'my-plugin')} --lang ${given.language ?? 'rust'}`,
        ...(given.host === undefined ? [] : [`--host ${given.host}`]),
        ...(given.sample === undefined ? [] : [`--sample ${given.sample}`]),
        ...(missing.author ? ["--author 'Ada Lovelace'"] : []),
      ].join(' '),
    });
  }
  // One missing answer opens the conversation; then what has a default is asked for too.
  if (needed.length === 0 || !mayAsk) return given;
  const nameProblem = (name: string) => {
    const bad = idProblem(name);
    return bad === undefined ? undefined : `${bad.reason}; ${bad.proposal} would do`;
  };
  const hostOf = (answered: string | undefined) => given.host ?? answered ?? DEFAULTS.host;
  const asked = await ask({
    ...missing,
    nameProblem,
    contract: (answered) => contractData(hostOf(answered)),
    // Not every host has plugins in every language.
    languages: async () => (given.host === undefined ? LANGUAGES : languagesOf(given.host)),
    hosts: async (answered) => hostsFor((given.language as Language | undefined) ?? answered),
    defaultCapability: (answered) => defaultCapability(hostOf(answered)),
  });
  return { ...given, ...asked };
}

/** A sample is a whole plugin: what it answers and for which host is settled. */
function checkSample({ sample = '', capabilities, host = DEFAULTS.host }: NewRequest): void {
  const name = oneOf('--sample', sample, SAMPLES);
  const problems = [
    ...(capabilities === undefined
      ? []
      : ['--capability: a sample brings its own capabilities; leave one of the two out.']),
    ...(hostName(host) === SAMPLE_HOST ? [] : [`--sample: "${name}" is for the host ${SAMPLE_HOST}, not for ${host}.`]),
  ];
  if (problems.length > 0) throw valueError(problems);
}

function checkHost(host: string): void {
  const problem = hostProblem(host);
  if (problem !== undefined) throw valueError([`--host: "${host}" ${problem}.${didYouMean(host, HOSTS)}`]);
}

function defaultCapability(host: string): string {
  return DEFAULT_CAPABILITY[hostName(host)] ?? '';
}

function readCapabilities(texts: readonly string[], contract: ContractData): CapabilityUse[] {
  const problems: string[] = [];
  const uses = new Map<string, CapabilityUse>();
  for (const text of texts.flatMap((one) => one.split(/[\s,]+/)).filter((one) => one !== '')) {
    const reading = readCapability(text, contract);
    if (!reading.ok) {
      problems.push(`--capability: expected ${reading.expected}, found "${text}".${reading.hint}`);
      continue;
    }
    const { alias: _alias, ...use } = reading.use;
    // Handlers are named after hooks and verbs: two of them must not come out the same.
    const identifier = nameOf(use.argument ?? use.flag).pascal;
    const other = uses.get(identifier);
    if (other !== undefined && (other.flag !== use.flag || other.argument !== use.argument)) {
      problems.push(
        `--capability: "${text}" and "${other.flag}:${other.argument}" would share the name ${identifier}.`,
      );
    }
    uses.set(identifier, use);
  }
  if (uses.size === 0 && problems.length === 0) problems.push('--capability: expected at least one, found none.');
  if (problems.length > 0) throw valueError(problems);
  return [...uses.values()];
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw valueError([`${flag}: expected one of ${allowed.join(', ')}, found "${value}".${didYouMean(value, allowed)}`]);
}

function valueError(problems: readonly string[]): CpexError {
  const [first = ''] = problems;
  const message = problems.length === 1 ? first : 'Several values cannot be used.';
  return new CpexError('CPEX_E_NEW_VALUE', message, {
    evidence: problems.length === 1 ? [] : problems,
    remedy: 'cpex new --help lists what each flag takes.',
  });
}

function idError(id: string, problem: { reason: string; proposal: string }, request: NewRequest): CpexError {
  const folder = request.folder ?? (request.name === undefined || request.name === '.' ? '.' : undefined);
  const rest = [
    `--lang ${request.language}`,
    ...(request.host === undefined ? [] : [`--host ${request.host}`]),
    ...(request.capabilities ?? []).map((text) => `--capability ${shellWord(text)}`),
    ...(request.sample === undefined ? [] : [`--sample ${request.sample}`]),
    ...(folder === undefined ? [] : [`--dir ${shellWord(folder)}`]),
  ].join(' ');
  return new CpexError('CPEX_E_NEW_ID', `A plugin cannot be called "${id}": ${problem.reason}.`, {
    remedy: `cpex new ${problem.proposal} ${rest}`,
  });
}
