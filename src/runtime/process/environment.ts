import { CpexError } from '../../support/errors.js';

/** Variable that marks everything that a session's child starts. */
export const SESSION_VARIABLE = 'CPEX_SESSION';

/** Variables of this process that are meant for this Node alone, and would slow down or change a child's. */
const NOT_INHERITED = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_V8_COVERAGE', 'NODE_CHANNEL_FD'];

/** A plugin's environment as given, else that of this process, with the mark of its session. */
export function sessionEnvironment(
  given: Readonly<Record<string, string>> | undefined,
  token: string,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...(given ?? process.env) };
  for (const name of NOT_INHERITED) delete environment[name];
  return { ...environment, [SESSION_VARIABLE]: token };
}

/** The error for a child that never ran. */
export function childStartError(cause: unknown): CpexError {
  return new CpexError('CPEX_E_CHILD_START', "The plugin's process could not be started.", {
    evidence: [cause instanceof Error ? cause.message : String(cause)],
    cause,
  });
}
