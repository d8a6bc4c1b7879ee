import type { LoadStage, NativeRules } from '../model/session.js';

/** What can be said about a refusal: what the loader said, the code, the version, what is missing. */
export interface RefusalFacts {
  readonly path: string;
  /** The loader's words, or the functions that the table lacks. */
  readonly detail?: string;
  readonly code?: number;
}

/**
 * Why a plugin was not loaded, in the words of the profile's host where it has some, else in ours; with a hint
 * where the loader's words do not name the cause.
 */
export function refusalText(stage: LoadStage, rules: NativeRules, facts: RefusalFacts): string {
  const { entry, abiVersion } = rules;
  const { path, detail = '', code = 0 } = facts;
  switch (stage) {
    case 'load': {
      // Some loaders do not begin with the file, unless another one is at fault.
      const said = /^\S*(?:\/|\\|\.so|\.dll)\S*: /.test(detail) ? detail : `${path}: ${detail}`;
      const words = inHostWords(rules, 'load', { path, detail: said });
      return `${words ?? `${path} cannot be loaded: ${detail}`}${hint(detail)}`;
    }
    case 'entry': {
      const said = `${path}: undefined symbol: ${entry}`;
      return inHostWords(rules, 'entry', { entry, detail: said }) ?? `The library does not export ${entry}.`;
    }
    case 'init':
      return inHostWords(rules, 'init', { entry, code: String(code) }) ?? `${entry} returned ${code}.`;
    case 'version':
      return (
        inHostWords(rules, 'version', { version: String(code) }) ??
        `The plugin speaks ABI version ${code}; this host speaks ${abiVersion}.`
      );
    case 'table':
      return inHostWords(rules, 'table', { detail }) ?? `The plugin's table has no ${detail}.`;
  }
}

/** What the profile's host says when a step fails; undefined where it has no words of its own. */
function inHostWords(
  rules: NativeRules,
  stage: LoadStage,
  facts: Readonly<Record<string, string>>,
): string | undefined {
  return rules.messages?.[stage]?.replaceAll(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '');
}

function hint(detail: string): string {
  if (/GLIBC_[0-9.]+' not found/.test(detail)) return ' (built against a newer C library than this machine has)';
  if (/undefined symbol|symbol not found/.test(detail))
    return ' (a function that the library uses is in none of the libraries it names)';
  if (/invalid ELF header|file too short|wrong ELF class|not a valid|Exec format|\(error 193\)/.test(detail)) {
    return ' (not a shared library for this machine)';
  }
  if (/cannot open shared object file|No such file|\(error 126\)/.test(detail))
    return ' (the file, or a library that it needs, is missing)';
  return '';
}
