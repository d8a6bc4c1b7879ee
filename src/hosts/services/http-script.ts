import type { ScriptedHttp } from '../../model/profile.js';

/**
 * Finds the scripted answer for a request. Of several that match, each serves once in the order of
 * the script and the last one from then on, so that a script can say "first 500, then 200".
 */
export function scriptedAnswers(
  script: readonly ScriptedHttp[],
): (method: string, url: string) => ScriptedHttp | undefined {
  const used = new Set<ScriptedHttp>();
  return (method, url) => {
    const matching = script.filter((one) => matches(one, method, url));
    const found = matching.find((one) => !used.has(one)) ?? matching[matching.length - 1];
    if (found !== undefined) used.add(found);
    return found;
  };
}

function matches(answer: ScriptedHttp, method: string, url: string): boolean {
  if (answer.method !== undefined && answer.method.toUpperCase() !== method.toUpperCase()) return false;
  return matchesUrl(answer.url, url);
}

/** `*` stands for any run of characters; everything else must be equal. */
function matchesUrl(pattern: string, url: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return pattern === url;
  if (!url.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = url.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return url.length - last.length >= at && url.endsWith(last);
}
