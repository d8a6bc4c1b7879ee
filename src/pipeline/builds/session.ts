import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { ServiceEvent } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import type { TraceRecord } from '../../model/session.js';
import { traceValue } from '../../report/trace-text.js';
import { readAnswers } from '../../running/answers.js';
import { PluginLines } from '../../running/plugin-lines.js';
import type { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { lateSignal } from '../../support/late-signal.js';
import { type Member, type MemberOptions, openMember } from './member.js';
import { GRACE_MS } from './step-run.js';
import type { PlannedPlugin } from './types.js';

/** The flags of `cpex run` that matter to builds and commands of several plugins. */
export interface BuildFlags {
  readonly plugin?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  readonly extensions?: string | undefined;
  readonly context?: string | undefined;
  readonly archive?: string | undefined;
  readonly phase?: string | undefined;
  readonly answers?: string | undefined;
  readonly record?: string | undefined;
  readonly 'host-config'?: string | undefined;
  readonly timeout?: number | undefined;
  readonly codec?: string | undefined;
  readonly trace?: boolean;
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly 'allow-net'?: boolean;
}

/** What came of it, for machines and for people. */
export interface BuildOutcome {
  readonly value: unknown;
  readonly text: () => string;
  readonly exit?: number;
  readonly failure?: CpexError;
}

/** Milliseconds after Ctrl-C at which everything is killed; cpex itself leaves after five seconds. */
const KILL_MS = GRACE_MS + 1000;

export interface SessionParts {
  readonly plugins: readonly PlannedPlugin[];
  readonly archives: Readonly<Record<string, string>>;
  /** Folder of `.cpex/state` and `config`; without it nothing outlives the run. */
  readonly root?: string;
  readonly flags: BuildFlags;
  readonly context: RunContext;
  readonly showTrace: ((plugin: string, record: TraceRecord) => void) | undefined;
  /** Takes what plugins do through the host. */
  readonly observe: (plugin: string, event: ServiceEvent) => void;
  readonly logRoom?: MemberOptions['logRoom'];
}

/** Plugins that run beside one another, and what is to be cleaned up after them. */
export class PluginSession {
  readonly traced: object[] = [];

  /** Shows what a plugin or a step prints, under its name. */
  readonly lines: PluginLines;

  private constructor(private readonly parts: SessionParts) {
    this.lines = new PluginLines(parts.context.emit);
  }

  /**
   * Starts all plugins, hands them to `use`, and ends them.
   * @param refused takes why a plugin cannot be used and goes on without it; without it the first failure is thrown
   */
  static async run<T>(
    parts: SessionParts,
    use: (members: readonly Member[], session: PluginSession) => Promise<T>,
    refused?: (plugin: PlannedPlugin, error: unknown) => void,
  ): Promise<T> {
    const session = new PluginSession(parts);
    const folder = await temporaryFolder('run');
    const late = lateSignal(parts.context.signal, KILL_MS);
    const members: Member[] = [];
    try {
      const options = await session.memberOptions(folder.path, late.signal);
      const started = await Promise.allSettled(parts.plugins.map((plugin) => openMember(plugin, options)));
      members.push(...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
      for (const [index, one] of started.entries()) {
        if (one.status !== 'rejected') continue;
        if (refused === undefined) throw one.reason;
        refused(parts.plugins[index] as PlannedPlugin, one.reason);
      }
      for (const { name, findings } of members) {
        for (const finding of findings) {
          parts.context.emit({ type: 'finding', finding: { ...finding, message: `${name}: ${finding.message}` } });
        }
      }
      return await use(members, session);
    } finally {
      await Promise.all(members.map((member) => member.close()));
      session.lines.end();
      late.stop();
      await folder.remove();
    }
  }

  private async memberOptions(cwd: string, signal: AbortSignal): Promise<MemberOptions> {
    const { flags, context, archives, root, observe, logRoom, showTrace } = this.parts;
    const script: ServiceScript | undefined =
      flags.answers === undefined ? undefined : await readAnswers(flags.answers, context.cwd);
    return {
      cwd,
      signal,
      allowNet: flags['allow-net'] ?? false,
      archives,
      configFolder: root === undefined ? cwd : path.join(root, 'config'),
      ...(root === undefined ? {} : { stateFolder: path.join(root, '.cpex', 'state') }),
      ...(script === undefined ? {} : { script }),
      ...(flags.codec === undefined ? {} : { codecs: [flags.codec] }),
      observe,
      ...(logRoom === undefined ? {} : { logRoom }),
      output: this.lines.printed,
      ...(flags.trace === true
        ? {
            trace: (plugin: string, record: TraceRecord) => {
              this.traced.push({ plugin, ...traceValue(record) });
              showTrace?.(plugin, record);
            },
          }
        : {}),
    };
  }
}
