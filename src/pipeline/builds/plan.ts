import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import { exists } from '../../support/files.js';
import { artefactOf } from '../cpex/artefact.js';
import { type FileKind, type PlacedProblem, readPlacedFile, refuseProblems } from '../placed-file.js';
import { planProblems } from './plan-problems.js';
import type { BuildPlan, PlannedPlugin, PlannedStep } from './types.js';

const KIND: FileKind = {
  code: 'CPEX_E_BUILD_PLAN',
  consequence: '; nothing was run',
  missing: 'Name the plan of the build, in YAML or JSON.',
  broken: 'Mend the lines above; docs/hosts/cpex-builds.md lists every key.',
};

/** Milliseconds that a step may take where its plan says nothing. */
const USUAL_TIMEOUT_MS = 3_600_000;

/** A plan as its file has it, after the schema has passed it. */
interface RawPlan {
  readonly plugins: readonly (string | RawPlugin)[];
  readonly steps: readonly RawStep[];
  readonly archive?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface RawPlugin {
  readonly kind: string;
  readonly name?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly on_error?: 'fail' | 'ignore';
}

interface RawStep {
  readonly key: string;
  readonly runner?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly needs?: readonly string[];
  readonly cache?: { readonly hit: string } | { readonly miss: string };
  readonly archive?: string;
  /** Seconds. */
  readonly timeout?: number;
}

/**
 * Reads a plan in YAML or JSON and finds the libraries of its plugins; projects are built when stale.
 * @param file relative to the working folder
 * @throws CpexError `CPEX_E_BUILD_PLAN` with every problem and its position; what a build throws
 */
export async function readPlan(
  file: string,
  context: RunContext,
  options: { readonly debug: boolean },
): Promise<BuildPlan> {
  const absolute = path.resolve(context.cwd, file);
  const { value, at } = await readPlacedFile(absolute, KIND);
  const refuse = (found: readonly PlacedProblem[]) => refuseProblems(found, path.basename(file), at, KIND);
  refuse(planProblems(value));
  const raw = value as RawPlan;
  const folder = path.dirname(absolute);
  refuse(await missingArchives(raw, folder));
  const { plugins, problems: absent } = await findPlugins(raw.plugins, folder, context, options);
  refuse(absent);
  return { file: absolute, plugins, steps: inOrder(raw.steps.map((step) => plannedStep(step, raw, folder))) };
}

/** The plugins of a list, each with its library and a name of its own. */
export async function findPlugins(
  raw: readonly (string | RawPlugin)[],
  folder: string,
  context: RunContext,
  options: { readonly debug: boolean },
): Promise<{ readonly plugins: readonly PlannedPlugin[]; readonly problems: readonly PlacedProblem[] }> {
  const plugins: PlannedPlugin[] = [];
  const problems: PlacedProblem[] = [];
  const given = new Set(raw.flatMap((one) => (typeof one === 'string' ? [] : (one.name ?? []))));
  for (const [index, one] of raw.entries()) {
    const { kind, name, config = {}, on_error = 'fail' } = typeof one === 'string' ? { kind: one } : one;
    const found = await artefactOf({ kind }, folder, context, options);
    if ('problem' in found) {
      const at = ['plugins', String(index), ...(typeof one === 'string' ? [] : ['kind'])];
      problems.push({ path: at, message: found.problem });
      continue;
    }
    const own = name ?? freeName(kind, given);
    given.add(own);
    const settings = { ...found.defaults, ...config };
    plugins.push({ name: own, kind, artefact: found.artefact, config: settings, onError: on_error });
  }
  return { plugins, problems };
}

/** A file's name, with a number where another plugin has it. */
function freeName(kind: string, taken: ReadonlySet<string>): string {
  const name = path.basename(kind.replace(/^lib:/, '').replace(/[\\/]+$/, '')) || kind;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(candidate)) return candidate;
  }
}

function plannedStep(raw: RawStep, plan: RawPlan, folder: string): PlannedStep {
  const { key, runner, args = {}, workdir = '.', needs = [], cache, timeout } = raw;
  const archive = raw.archive ?? plan.archive;
  return {
    key,
    args,
    workdir,
    needs,
    env: { ...plan.env, ...raw.env },
    cache:
      cache === undefined
        ? { kind: 'miss_no_commit' }
        : 'hit' in cache
          ? { kind: 'hit', tag: cache.hit }
          : { kind: 'miss_build_as', tag: cache.miss },
    timeoutMs: timeout === undefined ? USUAL_TIMEOUT_MS : Math.max(1, Math.round(timeout * 1000)),
    ...(runner === undefined ? {} : { runner }),
    ...(archive === undefined ? {} : { archive: path.resolve(folder, archive) }),
  };
}

/** Each step after those that it needs, otherwise in the order of the plan. There are no circles. */
function inOrder(steps: readonly PlannedStep[]): PlannedStep[] {
  const left = [...steps];
  const sorted: PlannedStep[] = [];
  const placed = new Set<string>();
  while (left.length > 0) {
    const at = left.findIndex(({ needs }) => needs.every((need) => placed.has(need)));
    const [next] = left.splice(at, 1);
    if (next === undefined) break;
    placed.add(next.key);
    sorted.push(next);
  }
  return sorted;
}

async function missingArchives(raw: RawPlan, folder: string): Promise<PlacedProblem[]> {
  const named = [
    { at: ['archive'], archive: raw.archive },
    ...raw.steps.map(({ archive }, index) => ({ at: ['steps', String(index), 'archive'], archive })),
  ];
  const found = await Promise.all(
    named.map(async ({ at, archive }) => {
      if (archive === undefined) return [];
      const file = path.resolve(folder, archive);
      return (await exists(file))
        ? []
        : [{ path: at, message: `expected a tar file or a folder, found none: ${file}.` }];
    }),
  );
  return found.flat();
}
