import type { CodeEntry } from './entry.js';

export const adoptCodes = {
  CPEX_E_ADOPT_EXISTS: {
    kind: 'user',
    exit: 2,
    title: 'The repository has a cpex.yaml already',
    text: '`cpex adopt` writes a first cpex.yaml for a plugin that was not made by cpex. One is there, so there is nothing to adopt; edit it, or have it written anew with --force, which keeps nothing of it.',
  },
  CPEX_E_ADOPT_NOTHING: {
    kind: 'user',
    exit: 2,
    title: 'No plugin was found that cpex can build',
    text: 'cpex builds Go with go build (a package main that exports the entry function, in a module), Rust with cargo (a crate of the type cdylib, also one of a workspace) and C with cmake (a library declared with MODULE or SHARED). The message says what was found instead and what is missing. A Makefile or a script can build anything and says nothing that cpex could rely on; a library that you built with it can still be checked, tested and run by its path: `cpex test FILE`.',
  },
  CPEX_E_ADOPT_SEVERAL: {
    kind: 'user',
    exit: 2,
    title: 'Several things in the repository could be the plugin',
    text: 'One cpex.yaml describes one plugin. Name what is meant with --lang and --unit: the folder of a Go package as go build takes it, the name of a crate, or the name of a CMake target. For a repository with several plugins, adopt each from the folder of its own build file.',
  },
  CPEX_E_ADOPT_VALUE: {
    kind: 'user',
    exit: 2,
    title: 'A value for cpex.yaml is missing or cannot be used',
    text: 'The message lists each value with what was found, where, and the flag that gives another. An id is the name of the built file and obeys the rules of the host, which reads "-v" and a digit as a version; a version is a semantic one. What a plugin can do is read from the built library when it can be built and started here; else --capability says it.',
  },
} as const satisfies Record<string, CodeEntry>;
