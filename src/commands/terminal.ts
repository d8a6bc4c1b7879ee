/** Whether a build server runs the command: it is never asked, and gets no moving display. */
export function inCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== 'false';
}

/** Whether questions may be asked: a terminal on both sides, and no CI. */
export function isInteractive(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY) && !inCi();
}
