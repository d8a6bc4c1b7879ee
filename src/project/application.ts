import path from 'node:path';
import type { Project } from '../model/manifest.js';
import type { ProcessSettings } from '../model/process.js';
import { CpexError } from '../support/errors.js';

/** What is said of the application that a plugin is for, by the command line or a recorded failure, over the project. */
export type ApplicationWish = Omit<ProcessSettings, 'args' | 'env'>;

/** The flags for it as the parser gives them. */
export interface ApplicationFlags {
  readonly proto?: readonly string[] | undefined;
  readonly cookie?: string | undefined;
}

/** Reads the flags; files become absolute. Throws CPEX_E_USAGE for a cookie that is no `KEY=VALUE`. */
export function readApplication({ proto, cookie }: ApplicationFlags, cwd: string): ApplicationWish {
  return {
    ...(proto === undefined ? {} : { protos: proto.map((file) => path.resolve(cwd, file)) }),
    ...(cookie === undefined ? {} : { cookie: readCookie(cookie) }),
  };
}

/**
 * What holds of the application of a project's plugin, or of a bare one: what was wished over what the project says, with
 * absolute files. Nothing where nobody said anything.
 */
export function applicationOf(
  project: Pick<Project, 'root' | 'manifest'> | undefined,
  wish: ApplicationWish | undefined,
): { readonly application?: ApplicationWish } {
  const { args: _, env: __, ...said } = { ...project?.manifest.process, ...wish };
  const protos = said.protos?.map((file) => path.resolve(project?.root ?? '', file));
  const application = { ...said, ...(protos === undefined ? {} : { protos }) };
  return Object.keys(application).length === 0 ? {} : { application };
}

function readCookie(text: string): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, value };
  throw new CpexError('CPEX_E_USAGE', '--cookie takes the name of a variable and what it has to hold: KEY=VALUE.', {
    remedy: 'Both stand in the HandshakeConfig of the application.',
  });
}
