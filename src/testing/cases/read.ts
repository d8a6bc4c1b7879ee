import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isSeq, type Node } from 'yaml';
import { type HostAnswers, toScript } from '../../project/host-script.js';
import { CpexError } from '../../support/errors.js';
import { readExactYaml } from '../../support/exact-yaml.js';
import { caseFileProblems } from './check.js';
import type { Expectations } from './expectations.js';
import { PIPELINE_KEYS, type Scenario, type ScenarioPipeline } from './scenario-types.js';
import type { Case, CaseCall } from './types.js';

/** A case as the file has it, after the schema has passed it. */
interface RawCase {
  readonly name: string;
  readonly pipeline?: string;
  readonly plugins?: unknown;
  readonly steps?: readonly RawStep[];
  readonly hook?: string;
  readonly payload?: unknown;
  readonly extensions?: unknown;
  readonly context?: unknown;
  readonly command?: readonly string[];
  readonly args?: unknown;
  readonly env?: unknown;
  readonly step?: string;
  readonly tool?: string;
  readonly event?: string;
  readonly method?: string;
  readonly request?: unknown;
  readonly config?: unknown;
  readonly timeout_ms?: number;
  readonly cancel_after_ms?: number;
  readonly host?: HostAnswers;
  readonly expect?: RawExpect;
}

interface RawStep {
  readonly hook: string;
  readonly payload?: unknown;
  readonly extensions?: unknown;
  readonly expect?: RawExpect;
}

interface RawExpect extends Omit<Expectations, 'payloadModified' | 'exitCode' | 'isError' | 'withinMs' | 'pipeline'> {
  readonly payload_modified?: boolean;
  readonly exit_code?: number;
  readonly is_error?: boolean;
  readonly within_ms?: number;
}

/** Reads a case file. Throws CPEX_E_CASE_INVALID with every problem, each with line and column. */
export async function readCaseFile(file: string, cwd: string): Promise<Case[]> {
  const text = await readFile(file, 'utf8');
  const shown = path.relative(cwd, file) || file;
  const { value, document, problems: unreadable } = readExactYaml(text);
  const line = (offset: number) => positionOf(text, offset).line;
  const at = (offset: number) => `${shown}:${line(offset)}:${positionOf(text, offset).column}`;
  if (unreadable.length > 0) {
    throw invalid(
      shown,
      unreadable.map(({ offset, message }) => `${at(offset)} ${message}`),
    );
  }
  const root = document.contents;
  const problems = caseFileProblems(value);
  if (problems.length > 0) {
    throw invalid(
      shown,
      problems.map((problem) => `${at(offsetOf(root, problem.path))} ${problem.message}`),
    );
  }
  const list = isMap(root) ? root.get('cases', true) : undefined;
  const raw = isSeq(list) ? (value as { cases: RawCase[] }).cases : [value as RawCase];
  return raw.map((one, index) => {
    const node = isSeq(list) ? (list.items[index] as Node) : root;
    const base = isSeq(list) ? ['cases', index] : [];
    const position = (keys: readonly string[]) => {
      const parts = keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      return positionOf(text, offsetOf(root, [...base, ...parts]));
    };
    return toCase(one, file, line(node?.range?.[0] ?? 0), position);
  });
}

/** Line and column from 1. */
function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Offset of the deepest node on a path that exists; of its key where it has one. */
function offsetOf(root: unknown, at: readonly (string | number)[]): number {
  let current = root;
  let offset = (root as Node | null)?.range?.[0] ?? 0;
  for (const part of at) {
    if (!isMap(current) && !isSeq(current)) break;
    const pair = isMap(current) ? current.items.find((item) => String(item.key) === String(part)) : undefined;
    const keyOffset = (pair?.key as Node | undefined)?.range?.[0];
    current = current.get(part, true);
    offset = keyOffset ?? (current as Node | undefined)?.range?.[0] ?? offset;
  }
  return offset;
}

function toCase(raw: RawCase, file: string, line: number, at: ScenarioPipeline['at']): Case {
  return {
    name: raw.name,
    file,
    line,
    call: raw.pipeline === undefined && raw.plugins === undefined ? toCall(raw) : toScenario(raw, file, at),
    ...(raw.config === undefined ? {} : { config: raw.config }),
    script: toScript(raw.host ?? {}),
    ...(raw.timeout_ms === undefined ? {} : { timeoutMs: raw.timeout_ms }),
    ...(raw.cancel_after_ms === undefined ? {} : { cancelAfterMs: raw.cancel_after_ms }),
    expect: toExpectations(raw.expect ?? {}),
  };
}

function toScenario(raw: RawCase, file: string, at: ScenarioPipeline['at']): Scenario {
  const { pipeline, steps, context = {}, hook = '', payload, extensions } = raw;
  const given = Object.entries(raw).filter(([key]) => (PIPELINE_KEYS as readonly string[]).includes(key));
  return {
    kind: 'pipeline',
    pipeline: {
      ...(pipeline === undefined ? {} : { file: path.resolve(path.dirname(file), pipeline) }),
      own: Object.fromEntries(given),
      at,
    },
    steps: (steps ?? [{ hook, payload, extensions }]).map((step) => ({
      hook: step.hook,
      payload: step.payload,
      extensions: step.extensions,
      ...(step.expect === undefined ? {} : { expect: toExpectations(step.expect) }),
    })),
    context: context as Scenario['context'],
  };
}

function toCall(raw: RawCase): CaseCall {
  if (raw.hook !== undefined) {
    return {
      kind: 'hook',
      hook: raw.hook,
      payload: raw.payload,
      extensions: raw.extensions ?? {},
      context: { request_id: 'case', local_state: {}, global_state: {}, ...(raw.context as object | undefined) },
    };
  }
  if (raw.command !== undefined) {
    return { kind: 'command', verbs: raw.command, args: raw.args ?? {}, env: raw.env ?? {} };
  }
  if (raw.step !== undefined) {
    const { args = {}, env = {}, request = {} } = raw;
    return { kind: 'step', runner: raw.step, args, env, request };
  }
  if (raw.tool !== undefined) {
    return { kind: 'tool', tool: raw.tool, args: raw.args ?? {}, request: raw.request ?? {} };
  }
  if (raw.event !== undefined) return { kind: 'event', event: raw.event, request: raw.request ?? {} };
  return { kind: 'method', method: raw.method ?? '', request: raw.request ?? {} };
}

/** The expectations that only a pipeline can meet. */
const OF_PIPELINES: ReadonlySet<string> = new Set([
  ...['violation', 'payload', 'changes', 'extensions', 'extensions_modified'],
  ...['errors', 'background_errors', 'records', 'global_state', 'local_states'],
]);

function toExpectations({ payload_modified, exit_code, is_error, within_ms, ...rest }: RawExpect): Expectations {
  const pipeline = Object.entries(rest).filter(([key]) => OF_PIPELINES.has(key));
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !OF_PIPELINES.has(key))),
    ...(pipeline.length === 0 ? {} : { pipeline: Object.fromEntries(pipeline) }),
    ...(payload_modified === undefined ? {} : { payloadModified: payload_modified }),
    ...(exit_code === undefined ? {} : { exitCode: exit_code }),
    ...(is_error === undefined ? {} : { isError: is_error }),
    ...(within_ms === undefined ? {} : { withinMs: within_ms }),
  };
}

function invalid(file: string, problems: readonly string[]): CpexError {
  return new CpexError('CPEX_E_CASE_INVALID', `${file} is not a case file.`, { evidence: problems });
}
