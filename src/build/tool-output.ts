/** Lines of a failed tool to show from its first complaint on: later ones often only follow from it. */
const FIRST_LINES = 30;
/** Lines to show before it: compilers say first which file included which. */
const CONTEXT_LINES = 4;
/** Lines to show of its end. */
const LAST_LINES = 30;

/** How compilers, linkers and build tools begin what they complain about. */
const COMPLAINT = /^FAILED: |\berror(?:\[\w+\])?: |\bundefined (?:reference|symbol)|^# /i;

/** Keeps what is worth showing of a tool's output: what its first complaint begins with, and the end. */
export class ToolOutput {
  private readonly first: string[] = [];
  private last: string[] = [];
  private left = 0;

  add(line: string): void {
    const begun = this.first.length > 0;
    if (this.first.length < FIRST_LINES && (begun || COMPLAINT.test(line))) {
      if (!begun) this.begin();
      this.first.push(line);
      return;
    }
    this.last.push(line);
    if (this.last.length > LAST_LINES) {
      this.last.shift();
      this.left += 1;
    }
  }

  /** What came long before the first complaint is of no interest any more. */
  private begin(): void {
    this.first.push(...this.last.slice(-CONTEXT_LINES));
    this.last = [];
    this.left = 0;
  }

  /** At most 61 lines, among them one that says how many were left out. */
  get lines(): readonly string[] {
    if (this.first.length === 0 || this.left === 0) return [...this.first, ...this.last];
    return [...this.first, `… ${this.left} ${this.left === 1 ? 'line' : 'lines'} left out`, ...this.last];
  }
}
