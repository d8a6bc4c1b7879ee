import type { Report, Stack, StackFrame } from './report.js';

/** Hosts and runtimes keep memory for good; leaks are counted elsewhere. */
const LEAK = /^Leak_/;

/** The errors in what valgrind's memcheck writes with `--xml=yes`. Reads also a file whose process was killed. */
export function readValgrindXml(text: string): Report[] {
  return elements(text, 'error').flatMap((error): Report[] => {
    if (LEAK.test(element(error, 'kind'))) return [];
    const titles = [...error.matchAll(/<(?:what|auxwhat|text)>([^<]*)</g)].map(([, words = '']) => plain(words));
    const [what = element(error, 'kind')] = titles;
    const stacks = elements(error, 'stack').map(
      (stack, index): Stack => ({
        title: index === 0 ? '' : (titles[index] ?? '').replace(/^Address 0x[0-9a-f]+ is/i, 'it is'),
        frames: elements(stack, 'frame').map(frameOf),
      }),
    );
    return [{ what, stacks }];
  });
}

function frameOf(frame: string): StackFrame {
  const file = element(frame, 'file');
  const folder = element(frame, 'dir');
  const line = element(frame, 'line');
  const source = [folder === '' ? file : `${folder}/${file}`, line].filter(Boolean).join(':');
  return {
    module: element(frame, 'obj'),
    offset: element(frame, 'ip'),
    name: element(frame, 'fn'),
    ...(file === '' ? {} : { source }),
  };
}

function elements(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inside = '']) => inside);
}

function element(text: string, name: string): string {
  return plain(elements(text, name)[0] ?? '');
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
