import { LANGUAGE_EXPECTATIONS, LINKER_EXPORTS } from './expectations.js';
import type { CommonInput } from './rule.js';

/** Exported names that are neither the entry nor what linkers and the language's toolchain add on their own. */
export function extraExports({ link, expected, language }: CommonInput): string[] {
  const { toolchainExports } = LANGUAGE_EXPECTATIONS[language];
  return link.exports
    .map((symbol) => symbol.name)
    .filter((name) => name !== expected.entry && !LINKER_EXPORTS.test(name) && !toolchainExports.test(name));
}
