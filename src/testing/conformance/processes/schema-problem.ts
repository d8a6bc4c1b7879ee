import { problemsOf } from '../../../support/schemas.js';

/**
 * Why a JSON Schema of a plugin is none, or, with a value, where that does not fit; undefined when all is well. Formats
 * are not looked at.
 */
export async function schemaProblem(
  schema: Readonly<Record<string, unknown>>,
  value?: unknown,
): Promise<string | undefined> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  // What says which draft it is would be looked for, and not found.
  const { $schema: _draft, $async: _async, ...own } = schema;
  const ajv = new Ajv2020({ strict: false, verbose: true, messages: true, logger: false, validateFormats: false });
  try {
    const check = ajv.compile(own);
    if (value === undefined || check(value)) return undefined;
    const [first] = problemsOf(check.errors ?? []);
    return first === undefined ? 'it does not fit' : `${first.path.join('.')} ${first.message}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
