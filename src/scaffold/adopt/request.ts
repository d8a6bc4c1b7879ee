import type { RunContext } from '../../model/context.js';
import { readData } from '../../running/input.js';
import { type AdoptOutcome, type AdoptRequest, adoptProject } from './service.js';

/** The flags of `cpex adopt` as the parser gives them. */
export interface AdoptFlags {
  readonly lang?: string | undefined;
  readonly unit?: string | undefined;
  readonly host?: string | undefined;
  readonly id?: string | undefined;
  readonly 'plugin-version'?: string | undefined;
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  readonly repository?: string | undefined;
  readonly description?: string | undefined;
  readonly capability?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly build: boolean;
  readonly 'dry-run'?: boolean;
  readonly force?: boolean;
}

/** `cpex adopt` with its flags. */
export async function adoptWithFlags(
  folder: string | undefined,
  flags: AdoptFlags,
  context: RunContext,
): Promise<AdoptOutcome> {
  return adoptProject(await readRequest(folder, flags, context.cwd), context);
}

async function readRequest(folder: string | undefined, flags: AdoptFlags, cwd: string): Promise<AdoptRequest> {
  const { lang, capability, config, force, 'plugin-version': version, 'dry-run': dryRun, ...rest } = flags;
  return {
    ...rest,
    folder,
    version,
    language: lang,
    capabilities: capability,
    dryRun: dryRun ?? false,
    force: force ?? false,
    ...(config === undefined ? {} : { config: await readData(config, cwd, process.stdin) }),
  };
}
