import type { RunContext } from '../../model/context.js';
import type { FixReport, RanCommand } from '../../model/doctor.js';
import { CpexError } from '../../support/errors.js';
import { findTool } from '../../support/find-tool.js';
import { runTool, type ToolResult } from '../../support/tools.js';
import { type InstallCommand, planInstall } from './install-commands.js';

/** Time for one install command, in milliseconds: packages come over the network. */
const INSTALL_MS = 20 * 60_000;
/** What was brought can show what else is lacking; after this many rounds it is left to the person. */
const ROUNDS = 4;

export interface FixOptions<Report> {
  /** Looks at the machine. */
  readonly examine: () => Promise<Report>;
  /** The remedies of everything that is lacking. */
  readonly remedies: (report: Report) => readonly string[];
  /** Consent was given beforehand. */
  readonly yes: boolean;
}

export interface Fixed<Report> {
  /** What is there afterwards. */
  readonly report: Report;
  readonly fix: FixReport;
}

/**
 * Runs the install commands of what is lacking, each at most once, with consent, and looks again.
 * A command that fails does not stop the others; what is still lacking is in the report.
 * @throws CpexError `CPEX_E_DOCTOR_CONSENT` where nobody can be asked; `CPEX_E_INTERRUPTED`
 */
export async function fixLacks<Report>(options: FixOptions<Report>, context: RunContext): Promise<Fixed<Report>> {
  const ran: RanCommand[] = [];
  const root = process.getuid?.() === 0;
  for (let round = 0; ; round++) {
    const report = await options.examine();
    const plan = planInstall(options.remedies(report), root);
    const commands = plan.commands.filter(({ text }) => ran.every((one) => one.command !== text));
    const fix = { ran, manual: plan.manual, declined: false };
    if (commands.length === 0 || round === ROUNDS) return { report, fix };
    if (!(await agreed(commands, options.yes, context))) return { report, fix: { ...fix, declined: true } };
    for (const command of commands) ran.push(await run(command, context));
  }
}

/** Shows what will run and asks; `--yes` has answered already. */
async function agreed(commands: readonly InstallCommand[], yes: boolean, context: RunContext): Promise<boolean> {
  if (!yes && !context.interactive) {
    throw new CpexError('CPEX_E_DOCTOR_CONSENT', 'Nobody can be asked whether these commands may run.', {
      evidence: commands.map(({ text }) => text),
      remedy: 'Run them yourself, or say yes with cpex doctor --fix --yes.',
    });
  }
  if (!yes) return (await import('../ask-consent.js')).askConsent(commands, context.signal);
  for (const { text } of commands) context.emit({ type: 'note', level: 'info', text: `Will run: ${text}` });
  return true;
}

async function run({ argv, text }: InstallCommand, context: RunContext): Promise<RanCommand> {
  const { env, signal, emit, interactive } = context;
  const [name = '', ...args] = argv;
  const started = performance.now();
  emit({ type: 'task.start', id: text, title: text });
  const file = await findTool(name, env);
  const end =
    file === undefined
      ? 'not found'
      : howEnded(
          await runTool(file, args, {
            env,
            signal,
            timeout: INSTALL_MS,
            terminal: interactive,
            onLine: (line, stream) => emit({ type: 'task.line', id: text, stream, line }),
          }),
        );
  emit({
    type: 'task.end',
    id: text,
    title: text,
    outcome: end === undefined ? 'done' : 'failed',
    durationMs: performance.now() - started,
    ...(end === undefined ? {} : { reason: end }),
  });
  return { command: text, ok: end === undefined, ...(end === undefined ? {} : { end }) };
}

/** Undefined for success. */
function howEnded(result: ToolResult): string | undefined {
  if (result.code === 0) return undefined;
  if (result.timedOut) return `not done after ${INSTALL_MS / 60_000} minutes`;
  const said = result.stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const end = result.signal === undefined ? `exit ${result.code}` : `ended by ${result.signal}`;
  return said === '' ? end : `${end}: ${said}`;
}
