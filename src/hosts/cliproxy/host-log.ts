import type { ServiceOptions } from '../../model/profile.js';
import { type Fields, fieldsOf } from '../json-fields.js';

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'trace',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
};

/** `host.log`: a line of the host's log, at debug level where the host does not know the level. */
export function logLine({ level, message, fields }: Fields, options: ServiceOptions): object {
  const named = Object.entries(fieldsOf(fields)).flatMap(([key, value]) =>
    key.trim() === '' ? [] : [[key.trim(), value] as const],
  );
  options.observe?.({
    kind: 'log',
    level: LEVELS[String(level).trim().toLowerCase()] ?? 'debug',
    message: String(message).trim() || 'plugin log',
    ...(named.length === 0 ? {} : { fields: Object.fromEntries(named) }),
  });
  return {};
}
