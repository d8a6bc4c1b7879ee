/** Goroutines to quote, and lines of each. */
const MOST = 3;
const MOST_LINES = 9;

/** Functions that are no plugin's. */
const RUNTIME = /^(runtime[./]|internal\/|_cgoexp|created by runtime)/;

/**
 * The goroutines that a Go runtime printed when it was made to, without its own ones and the registers: those that the
 * host's calls wait for come first. Undefined where it printed none.
 */
export function quoteGoroutines(lines: readonly string[]): string[] | undefined {
  const blocks: string[][] = [];
  for (const [at, line] of lines.entries()) {
    if (!/^goroutine \d+ .*\[.*\]:$/.test(line)) continue;
    const end = lines.findIndex((one, index) => index > at && one.trim() === '');
    blocks.push(lines.slice(at, end === -1 ? lines.length : end));
  }
  if (blocks.length === 0) return undefined;
  const written = blocks.filter((block) => block.slice(1).some((line) => /^\S/.test(line) && !RUNTIME.test(line)));
  const chosen = written.sort((one, other) => Number(locked(other)) - Number(locked(one))).slice(0, MOST);
  return chosen.flatMap((block) => withoutRuntime(block).slice(0, MOST_LINES));
}

function locked([head = '']: readonly string[]): boolean {
  return head.includes('locked to thread');
}

/** A function and its place are two lines; addresses of goroutine and thread say nothing to people. */
function withoutRuntime([head = '', ...lines]: readonly string[]): string[] {
  const kept = [head.replaceAll(/ (?:gp|m|mp)=\S+/g, '')];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s/.test(line) || RUNTIME.test(line)) continue;
    kept.push(line.replace(/\((?:0x|\{0x|\.\.\.).*\)$/, '()'));
    const place = lines[at + 1];
    if (place !== undefined && /^\s/.test(place)) kept.push(place.replace(/ \+0x.*$/, ''));
  }
  return kept;
}
