/** Exit statuses that Windows gives to a process that crashed, by the signal that says the same elsewhere. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [0xc0000005, 'SIGSEGV'],
  [0xc0000006, 'SIGSEGV'],
  [0xc00000fd, 'SIGSEGV'],
  [0xc000001d, 'SIGILL'],
  [0xc0000096, 'SIGILL'],
  [0xc0000094, 'SIGFPE'],
  [0xc0000095, 'SIGFPE'],
  [0x80000003, 'SIGTRAP'],
]);

/** From here on a status is an error of the system and no number that a program chose. */
const FIRST_ERROR = 0x80000000;

/** The signal that an exit status of Windows amounts to; undefined where a program ended itself. */
export function windowsCrash(code: number | null): string | undefined {
  if (code === null) return undefined;
  const status = code >>> 0;
  return status < FIRST_ERROR ? undefined : (STATUSES.get(status) ?? 'SIGABRT');
}
