import { once } from 'node:events';
import { resolveSubject } from '../../build/subject.js';
import type { RunContext } from '../../model/context.js';
import type { Candidate } from '../../pipeline/cliproxy/load-plugins.js';
import { readPluginName } from '../../pipeline/cliproxy/plugin-file.js';
import { numberOf } from '../../pipeline/cliproxy/values.js';
import { revisionsOf } from '../../project/contract-revisions.js';
import { renderServing, servedLine } from '../../report/serve-text.js';
import { CpexError } from '../../support/errors.js';
import { hasDesktop, openAddress } from '../../support/open-address.js';
import { readData } from '../input.js';
import { newManagementKey } from './management-key.js';
import { PluginLines } from './plugin-lines.js';
import { serve } from './serve.js';

/** The flags of `cpex run --serve` as the parser gives them. */
export interface ServeFlags {
  readonly port?: number | undefined;
  readonly open?: string | undefined;
  readonly 'management-key'?: string | undefined;
  readonly plugin?: string | readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly config?: string | undefined;
  readonly timeout?: number | undefined;
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly 'allow-net'?: boolean;
}

/** Serves until it is interrupted, which is its good end. */
export async function serveCommand(
  words: readonly string[],
  flags: ServeFlags,
  context: RunContext,
): Promise<{ value: unknown; text: () => string }> {
  refuseOthers(words, flags);
  const { plugins, profile, target } = await subjects(flags, context);
  const key = flags['management-key'] ?? newManagementKey();
  const lines = new PluginLines(context.emit);
  const serving = await serve(
    {
      profile,
      target: target.name,
      plugins,
      port: flags.port,
      key,
      allowNet: flags['allow-net'] ?? false,
      timeout: flags.timeout,
      observe: (_plugin, event) => context.emit({ type: 'service', event }),
      printed: lines.printed,
      served: (one) => void process.stderr.write(`${servedLine(one)}\n`),
      failed: (error) => context.emit({ type: 'note', level: 'warn', text: `cpex itself failed: ${String(error)}` }),
    },
    context,
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

function refuseOthers(words: readonly string[], { json }: ServeFlags): void {
  const [word] = words;
  if (word !== undefined) throw new CpexError('CPEX_E_USAGE', `--serve takes no words, found ${word}.`);
  if (json) {
    throw new CpexError('CPEX_E_USAGE', '--serve works until it is interrupted: it has no result for --json to print.');
  }
}

async function subjects(flags: ServeFlags, context: RunContext) {
  const named = flags.plugin === undefined ? [] : [flags.plugin].flat();
  const config = flags.config === undefined ? undefined : await readData(flags.config, context.cwd, process.stdin);
  const found = [];
  for (const plugin of named.length === 0 ? [undefined] : named) {
    // Only one host serves pages, so a library need not say which.
    const host = flags.host ?? (plugin === undefined ? undefined : 'cliproxy');
    const subject = await resolveSubject(
      {
        debug: flags.debug ?? false,
        ...(plugin === undefined ? {} : { plugin }),
        ...(host === undefined ? {} : { host }),
      },
      context,
    );
    if (subject.profile.name !== 'cliproxy') {
      throw new CpexError('CPEX_E_SERVE_HOST', `Plugins for the host ${subject.profile.name} have nothing to serve.`, {
        remedy: 'If it is made for CLIProxyAPI, say so: cpex run --serve --host cliproxy',
      });
    }
    found.push(subject);
  }
  const [first] = found;
  if (first === undefined) throw new RangeError('there is always a subject');
  const plugins = found.map(({ artefact, project, profile }): Candidate => {
    const settings = fieldsOfConfig(config ?? project?.manifest.test?.config ?? {});
    return {
      file: { id: project?.manifest.id ?? idOf(artefact, profile.revision), path: artefact, version: '' },
      settings: { enabled: true, priority: numberOf(settings.priority), subtree: settings },
    };
  });
  return { plugins, profile: first.profile, target: first.target };
}

/** The id that the host reads from the name of a file. */
function idOf(file: string, revision: string | undefined): string {
  const versioned = revisionsOf('cliproxy')?.revisions[revision ?? '']?.layout?.versionedFiles !== false;
  const reading = readPluginName(file, versioned);
  if ('file' in reading) return reading.file.id;
  throw new CpexError('CPEX_E_USAGE', `The host would pass over ${file}: ${reading.problem}.`);
}

function fieldsOfConfig(config: unknown): Readonly<Record<string, unknown>> {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Record<string, unknown>;
  throw new CpexError('CPEX_E_RUN_DATA', 'The configuration of a plugin is a map of keys.');
}

/** Opens the index page where somebody is there to see it, or as --open says. */
async function show(url: string, { open }: ServeFlags, context: RunContext): Promise<void> {
  const wanted = open === undefined ? context.interactive && hasDesktop(context.env) : open === 'yes';
  if (!wanted || (await openAddress(url, context.env))) return;
  context.emit({ type: 'note', level: 'warn', text: `No browser could be started: open ${url} yourself.` });
}
