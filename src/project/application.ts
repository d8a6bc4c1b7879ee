import path from 'node:path';
import type { ProcessSettings } from '../model/process.js';
import { CpexError } from '../support/errors.js';

/** What the command line says of the application that a plugin is for, over what the project says. */
export type ApplicationWish = Pick<ProcessSettings, 'cookie' | 'protos'>;

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

function readCookie(text: string): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, value };
  throw new CpexError('CPEX_E_USAGE', '--cookie takes the name of a variable and what it has to hold: KEY=VALUE.', {
    remedy: 'Both stand in the HandshakeConfig of the application.',
  });
}
