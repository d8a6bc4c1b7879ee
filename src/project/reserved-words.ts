import { LANGUAGES, type Language } from '../model/target.js';

/** Keywords and names that a language's compiler or build tool keeps for itself. */
const WORDS: Readonly<Record<Language, { readonly name: string; readonly words: ReadonlySet<string> }>> = {
  c: {
    name: 'C and CMake',
    words: list(`alignas alignof asm auto bool break case char const constexpr continue default do double else enum
      extern false float for goto if inline int long main nullptr register restrict return short signed sizeof static
      static_assert struct switch thread_local true typedef typeof union unsigned void volatile while
      catch class delete export friend mutable namespace new operator private protected public template this throw try
      typename using virtual explicit
      all clean depend edit_cache help install package package_source rebuild_cache test test_plugin`),
  },
  go: {
    name: 'Go',
    words: list(`break case chan const continue default defer else fallthrough for func go goto if import interface map
      package range return select struct switch type var main init internal vendor cmd all std test
      archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors
      expvar flag fmt hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices
      sort strconv strings structs sync syscall testing text time unicode unique unsafe weak`),
  },
  rust: {
    name: 'Rust',
    words:
      list(`abstract as async await become box break const continue crate do dyn else enum extern false final fn for
      gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true
      try type typeof unsafe unsized use virtual where while yield alloc core main proc_macro std test
      build deps examples incremental serde serde_json`),
  },
};

/** Taken by the SDK in every language. */
const OURS = 'cpex';

/** Why the names of a plugin collide with a language (any language when none is given). */
export function reservedWord(names: { readonly snake: string }, language: Language | undefined): string | undefined {
  if (names.snake === OURS) return 'the SDK has that name';
  const taken = (language === undefined ? LANGUAGES : [language]).find((one) => WORDS[one].words.has(names.snake));
  return taken === undefined ? undefined : `"${names.snake}" is reserved in ${WORDS[taken].name}`;
}

function list(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
