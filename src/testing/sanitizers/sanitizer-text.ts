import type { Report, Stack, StackFrame } from './report.js';

/** How the run-time libraries are told to write a frame, so that it can be taken apart again. */
export const FRAME_FORMAT = '#%n|%m|%o|%f|%s|%l';

const FRAME = /^\s*#\d+\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(\d*)$/;
const HEADLINES = [
  /ERROR: AddressSanitizer: (.+?)(?: on (?:unknown )?address\b.*| \(pid.*)?$/,
  /WARNING: ThreadSanitizer: (.+?)(?: \(pid=\d+\))?$/,
  /: runtime error: (.+)$/,
];

/** Depth of a stack is a matter of the build: what fits into the stack of a host may not when it is instrumented. */
const NOT_A_DEFECT = /^stack-overflow/;

/** What AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer have written into their log. */
export function readSanitizerText(text: string): Report[] {
  const reports: { what: string; stacks: { title: string; frames: StackFrame[] }[] }[] = [];
  let title: string[] = [];
  let open = false;
  for (const line of text.split('\n')) {
    const headline = HEADLINES.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
    if (headline !== undefined) {
      reports.push({ what: headline, stacks: [] });
      title = [];
      open = false;
      continue;
    }
    const report = reports.at(-1);
    const frame = FRAME.exec(line);
    if (report === undefined) continue;
    if (frame === null) {
      if (/\w/.test(line)) title.push(titleOf(line));
      open = false;
      continue;
    }
    if (!open) report.stacks.push({ title: title.join(', '), frames: [] });
    title = [];
    open = true;
    report.stacks.at(-1)?.frames.push(frameOf(frame));
  }
  return reports.filter(({ what, stacks }) => !NOT_A_DEFECT.test(what) && stacks.length > 0) satisfies {
    stacks: Stack[];
  }[];
}

function frameOf([, module = '', offset = '', name = '', file = '', line = '']: RegExpExecArray): StackFrame {
  const known = name === '<null>' ? '' : readable(name);
  const source = file === '' || /^<null>$|^\?\?$/.test(file) ? {} : { source: line === '' ? file : `${file}:${line}` };
  return { module, offset, name: known, ...source };
}

/** The parts of a name that Rust has mangled: gcc's run-time libraries do not undo that. */
function readable(name: string): string {
  if (!name.startsWith('_R')) return name;
  const parts: string[] = [];
  const plain = name.replace(/(?<=[CMX])s[0-9A-Za-z]*_/g, '');
  for (let at = 0; at < plain.length; ) {
    const length = /^\d+/.exec(plain.slice(at))?.[0];
    const from = at + (length ?? ' ').length;
    at = from + Number(length ?? 0);
    if (length !== undefined) parts.push(plain.slice(from, at).replace(/^_/, ''));
  }
  return parts.length === 0 ? name : parts.slice(-2).join('::');
}

/** Without addresses and threads, which differ from run to run. */
function titleOf(line: string): string {
  return line
    .trim()
    .replace(/^==\d+==/, '')
    .replace(/^0x[0-9a-f]+ is located/, 'it is located')
    .replace(/\b(?:at|by) 0x[0-9a-f]+\b/g, '')
    .replace(/ \[0x[0-9a-f]+,0x[0-9a-f]+\)/, '')
    .replace(/ (?:by )?(?:main )?thread T\d+(?: here)?/, '')
    .replace(/\s+/g, ' ')
    .replace(/[.:]$/, '')
    .trim();
}
