/** One line of a plugin's log, read. */
export interface LogLine {
  readonly level: (typeof LEVELS)[number];
  readonly message: string;
  readonly module?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
const PREFIX = /^\[(TRACE|DEBUG|INFO|WARN|ERROR)\]\s*/;

/**
 * Reads what a plugin writes to stderr line by line: objects of hclog, prefixes such as `[WARN]`, and the beginning of a
 * panic, from which on all that is not structured is an error.
 */
export class PluginLog {
  private panicking = false;

  read(line: string): LogLine {
    const structured = readObject(line);
    if (structured !== undefined) return structured;
    if (/^(?:panic|fatal error): /.test(line)) this.panicking = true;
    if (this.panicking) return { level: 'error', message: line, fields: {} };
    const prefix = PREFIX.exec(line)?.[1];
    return { level: levelOf(prefix) ?? 'debug', message: line, fields: {} };
  }
}

/** A line of the log for people: structured ones as hclog itself writes them for a terminal, others as they are. */
export function logText({ level, message, module, fields }: LogLine, structured: boolean): string {
  if (!structured) return message;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  const head = `[${level.toUpperCase()}] ${module === undefined ? '' : `${module}: `}${message}`;
  return rest.length === 0 ? head : `${head}: ${rest.join(' ')}`;
}

/** Whether a line is an object of hclog, and no text that the plugin printed. */
export function isStructured(line: string): boolean {
  return readObject(line) !== undefined;
}

function readObject(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const {
    '@level': level,
    '@message': message,
    '@module': module,
    '@timestamp': _,
    ...fields
  } = value as Record<string, unknown>;
  const known = levelOf(level);
  // An object without a level is what the plugin printed, and no entry of its log.
  if (known === undefined) return undefined;
  return {
    level: known,
    message: typeof message === 'string' ? message : (JSON.stringify(message) ?? ''),
    ...(typeof module === 'string' && module !== '' ? { module } : {}),
    fields,
  };
}

function levelOf(name: unknown): LogLine['level'] | undefined {
  return LEVELS.find((level) => typeof name === 'string' && level === name.toLowerCase());
}

function fieldText(value: unknown): string {
  if (typeof value === 'string' && !/[\s"=]/.test(value) && value !== '') return value;
  return JSON.stringify(value) ?? 'null';
}
