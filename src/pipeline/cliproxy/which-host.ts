import type { RunContext } from '../../model/context.js';
import { hostName } from '../../project/hosts.js';
import { CpexError } from '../../support/errors.js';

/** The flags of `cpex run` that matter to several plugins. */
export interface PipelineFlags {
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  readonly plugin?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly 'host-config'?: string | undefined;
  readonly answers?: string | undefined;
  readonly record?: string | undefined;
  readonly timeout?: number | undefined;
  readonly trace?: boolean;
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly 'allow-net'?: boolean;
}

/** Words that several plugins can answer together. */
const WORDS: readonly string[] = ['request', 'models', 'login', 'refresh', 'cliproxy-cli'];

/**
 * The profile with which several plugins run: for its words under the host cliproxy, for more than one plugin and
 * for a host's configuration file. Undefined where one plugin answers by itself.
 */
export async function pipelineHost(
  words: readonly string[],
  flags: PipelineFlags,
  context: RunContext,
): Promise<string | undefined> {
  const { host, plugin = [] } = flags;
  const configured = flags['host-config'] !== undefined;
  const meant = WORDS.includes(words[0] ?? '');
  if (!meant && !configured && plugin.length < 2) return undefined;
  const bare = plugin.length > 0 || configured;
  const named =
    host ?? (bare ? undefined : (await projectAt(context.cwd))?.manifest.host) ?? (configured ? 'cliproxy' : 'cpex');
  if (hostName(named) === 'cliproxy') {
    if (flags.record !== undefined) throw new CpexError('CPEX_E_USAGE', '--record needs a call of one plugin.');
    if (meant) return named;
    throw new CpexError('CPEX_E_USAGE', `Several plugins take one of the words ${WORDS.join(', ')}.`);
  }
  if (plugin.length < 2 && !configured) return undefined;
  if (meant || configured) {
    const what = meant ? `The word ${words[0]}` : '--host-config';
    throw new CpexError('CPEX_E_USAGE', `${what} is for the host cliproxy, and the host is ${named}.`, {
      remedy: 'Name it: --host cliproxy',
    });
  }
  throw new CpexError(
    'CPEX_E_USAGE',
    `Several plugins of the host ${named} answer no ${words[0] ?? 'call'} together.`,
    {
      remedy:
        'They take command VERB. A hook goes through the plugins of a file: cpex run pipeline CONFIG HOOK; so do steps: cpex run steps PLAN.',
    },
  );
}

/** Most runs need no look for a project here. */
async function projectAt(cwd: string) {
  const { findProject } = await import('../../project/find.js');
  return findProject(cwd);
}
