/** Lines beyond which two texts are shown whole rather than compared. */
const MOST_LINES = 2000;

/**
 * The lines in which two texts differ, as in a unified diff without its headings: `-` of the first, `+` of
 * the second, and up to `around` unchanged lines beside them.
 */
export function lineDiff(before: string, after: string, around = 2): string[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  if (a.length > MOST_LINES || b.length > MOST_LINES)
    return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const all = edits(a, b);
  const near = (index: number) =>
    all.slice(Math.max(0, index - around), index + around + 1).some((line) => !line.startsWith(' '));
  const shown: string[] = [];
  for (const [index, line] of all.entries()) {
    if (near(index)) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== '…') shown.push('…');
  }
  if (shown.at(-1) === '…') shown.pop();
  return shown;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Every line of both texts, by the longest common subsequence. */
function edits(a: readonly string[], b: readonly string[]): string[] {
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [right, below] = [common[i * width + j + 1] ?? 0, common[(i + 1) * width + j] ?? 0];
      common[i * width + j] = a[i] === b[j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(right, below);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [right, below] = [common[i * width + j + 1] ?? 0, common[(i + 1) * width + j] ?? 0];
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i]}`);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || below >= right)) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}
