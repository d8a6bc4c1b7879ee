import { once } from 'node:events';
import type { RunContext } from '../../model/context.js';
import type { TraceRecord } from '../../model/session.js';
import { type Step, StepLog } from '../../pipeline/cliproxy/steps.js';
import { hostTarget } from '../../project/targets/host.js';
import { renderServing, servedLine } from '../../report/serve-text.js';
import { CpexError } from '../../support/errors.js';
import { hasDesktop, openAddress } from '../../support/open-address.js';
import { PluginLines } from '../plugin-lines.js';
import { newManagementKey } from './management-key.js';
import { serve } from './serve.js';
import { type SourceFlags, servedSources } from './sources.js';

/** The flags of `cpex run --serve` as the parser gives them. */
export interface ServeFlags extends SourceFlags {
  readonly port?: number | undefined;
  readonly open?: string | undefined;
  readonly 'management-key'?: string | undefined;
  readonly timeout?: number | undefined;
  readonly record?: string | undefined;
  readonly trace?: boolean;
  readonly json?: boolean;
  readonly 'allow-net'?: boolean;
}

/** Serves until it is interrupted, which is its good end. */
export async function serveCommand(
  words: readonly string[],
  flags: ServeFlags,
  context: RunContext,
  showTrace: (record: TraceRecord) => void,
): Promise<{ value: unknown; text: () => string }> {
  refuseOthers(words, flags);
  const log = new StepLog((step) => tell(step, context));
  const sources = await servedSources(flags, context, log);
  const key = flags['management-key'] ?? newManagementKey();
  const lines = new PluginLines(context.emit);
  const serving = await serve(
    {
      ...sources,
      target: hostTarget().name,
      port: flags.port,
      key,
      log,
      allowNet: flags['allow-net'] ?? false,
      timeout: flags.timeout,
      observe: (_plugin, event) => context.emit({ type: 'service', event }),
      printed: lines.printed,
      ...(flags.trace === true ? { trace: showTrace } : {}),
      served: (one) => void process.stderr.write(`${servedLine(one)}\n`),
      failed: (error) => context.emit({ type: 'note', level: 'warn', text: `cpex itself failed: ${String(error)}` }),
    },
    context.signal,
  );
  try {
    const view = { origin: serving.origin, key, resources: serving.table.resources, routes: serving.table.routes };
    process.stdout.write(`${renderServing(view)}\n`);
    await show(`${serving.origin}/`, flags, context);
    if (!context.signal.aborted) await once(context.signal, 'abort');
  } finally {
    await serving.stop();
    lines.end();
  }
  return { value: null, text: () => '' };
}

function refuseOthers(words: readonly string[], { json, record }: ServeFlags): void {
  const [word] = words;
  if (word !== undefined) throw new CpexError('CPEX_E_USAGE', `--serve takes no words, found ${word}.`);
  if (record !== undefined) throw new CpexError('CPEX_E_USAGE', '--record needs a call of one plugin.');
  if (json) {
    throw new CpexError('CPEX_E_USAGE', '--serve works until it is interrupted: it has no result for --json to print.');
  }
}

/** What the host's log would say, and what became of a process. */
function tell({ outcome, stage, plugin, text = '' }: Step, { emit }: RunContext): void {
  const left = outcome === 'skipped' && stage === 'load';
  if (!left && outcome !== 'warning' && outcome !== 'failed') return;
  const named = plugin === undefined || text.includes(plugin) ? text : `${plugin}: ${text}`;
  emit({ type: 'note', level: 'warn', text: named });
}

/** Opens the index page where somebody is there to see it, or as --open says. */
async function show(url: string, { open }: ServeFlags, context: RunContext): Promise<void> {
  const wanted = open === undefined ? context.interactive && hasDesktop(context.env) : open === 'yes';
  if (!wanted || (await openAddress(url, context.env))) return;
  context.emit({ type: 'note', level: 'warn', text: `No browser could be started: open ${url} yourself.` });
}
