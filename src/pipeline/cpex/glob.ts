/** Whether a pattern is more than the text that it stands for. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * Whether a text fits a pattern as a whole: `*` is any run of characters, `?` is one. Takes time proportional to the
 * product of both lengths at most, whatever the pattern.
 */
export function globMatches(pattern: string, text: string): boolean {
  const wanted = [...pattern];
  const given = [...text];
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      retry = index;
    } else if (wanted[at] === '?' || wanted[at] === given[index]) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      // The last star takes one character more.
      at = star + 1;
      retry += 1;
      index = retry;
    } else return false;
  }
  while (wanted[at] === '*') at += 1;
  return at === wanted.length;
}
