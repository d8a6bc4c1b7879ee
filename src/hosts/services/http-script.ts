import type { ScriptedHttp } from '../../model/script.js';

/** Finds the scripted answer for a request. */
export function scriptedAnswers(
  script: readonly ScriptedHttp[],
): (method: string, url: string) => ScriptedHttp | undefined {
  const next = inOrder(script);
  return (method, url) => next((one) => matches(one, method, url));
}

/** Finds the scripted answer for something with a name, by each answer's pattern. */
export function scripted<T>(script: readonly T[], pattern: (answer: T) => string): (name: string) => T | undefined {
  const next = inOrder(script);
  return (name) => next((one) => matchesPattern(pattern(one), name));
}

/**
 * Of several answers that match, each serves once in the order of the script and the last one from
 * then on, so that a script can say "first 500, then 200".
 */
function inOrder<T>(script: readonly T[]): (matching: (answer: T) => boolean) => T | undefined {
  const used = new Set<T>();
  return (matching) => {
    const found = script.filter(matching);
    const answer = found.find((one) => !used.has(one)) ?? found[found.length - 1];
    if (answer !== undefined) used.add(answer);
    return answer;
  };
}

function matches(answer: ScriptedHttp, method: string, url: string): boolean {
  if (answer.method !== undefined && answer.method.toUpperCase() !== method.toUpperCase()) return false;
  return matchesPattern(answer.url, url);
}

/** `*` stands for any run of characters; everything else must be equal. */
function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
