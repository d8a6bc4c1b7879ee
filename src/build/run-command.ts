import type { CpexEvent } from '../model/event.js';
import { sourceRoot } from '../project/source-root.js';
import { CpexError } from '../support/errors.js';
import { shellWord } from '../support/shell-word.js';
import { runTool, type ToolResult } from '../support/tools.js';
import type { ToolCommand } from './build-model.js';
import { explainOutput } from './known-errors.js';
import { ToolOutput } from './tool-output.js';
import type { ToolchainRequest } from './toolchains/toolchain.js';

/** Time that one build step may take, in milliseconds. */
const STEP_MS = 60 * 60_000;
/** Time for a question to a tool, in milliseconds. `go list -export` compiles on the way. */
const ASK_MS = 20 * 60_000;
/** Characters of output to keep: cargo's messages name every crate. */
const KEEP = 16 << 20;

export interface RunOptions {
  readonly request: ToolchainRequest;
  /** Id of the task that the tool's lines belong to. */
  readonly task: string;
  readonly emit: (event: CpexEvent) => void;
  /** The caller has shown the lines already. */
  readonly verbose: boolean;
}

/**
 * Runs one command of a plan and hands out its lines as events.
 * @throws CpexError `CPEX_E_BUILD_FAILED`, `_TIMEOUT`, `_TOOL_MISSING`
 */
export async function runCommand(command: ToolCommand, options: RunOptions): Promise<ToolResult> {
  const output = new ToolOutput();
  const [tool = '', ...args] = command.argv;
  const result = await runTool(tool, args, {
    cwd: command.cwd,
    env: { ...options.request.env, ...command.env },
    timeout: STEP_MS,
    signal: options.request.signal,
    keep: KEEP,
    onLine: (line, stream) => {
      // cargo's messages for machines.
      if (stream === 'stdout' && line.startsWith('{"reason":')) return;
      options.emit({ type: 'task.line', id: options.task, stream, line });
      output.add(line);
    },
  });
  if (result.code === 0) return result;
  throw await failure(command, result, output.lines, options);
}

/** Asks a tool something; the caller judges the answer. */
export async function askTool(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  request: ToolchainRequest,
): Promise<ToolResult> {
  const [tool = '', ...args] = argv;
  const options = { cwd: sourceRoot(request.project), env: { ...request.env, ...env }, timeout: ASK_MS, keep: KEEP };
  return runTool(tool, args, { ...options, signal: request.signal });
}

async function failure(
  command: ToolCommand,
  result: ToolResult,
  lines: readonly string[],
  { request, verbose }: RunOptions,
): Promise<CpexError> {
  const text = command.argv.map(shellWord).join(' ');
  const name = request.project.manifest.language === 'c' ? 'cmake' : request.project.manifest.language;
  const output = verbose ? [] : lines;
  if (result.missing) {
    return new CpexError('CPEX_E_BUILD_TOOL_MISSING', `${command.argv[0]} cannot be started.`, {
      evidence: [`command: ${text}`],
      remedy: 'cpex doctor lists the tools that are there.',
    });
  }
  if (result.timedOut) {
    return new CpexError('CPEX_E_BUILD_TIMEOUT', `${name} did not end within an hour.`, {
      evidence: [`command: ${text}`],
      output,
    });
  }
  const { target, env } = request;
  const { language } = request.project.manifest;
  const known = await explainOutput(`${result.stdout}\n${result.stderr}`, { language, target, env });
  const end = result.signal === undefined ? `exit: ${result.code}` : `signal: ${result.signal}`;
  return new CpexError('CPEX_E_BUILD_FAILED', `The build failed.${known === undefined ? '' : ` ${known.meaning}`}`, {
    evidence: [`command: ${text}`, end],
    remedy: known?.remedy ?? 'Mend what the tool says above.',
    output,
  });
}
