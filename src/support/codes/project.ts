import type { CodeEntry } from './entry.js';

export const projectCodes = {
  CPEX_E_NO_PROJECT: {
    kind: 'user',
    exit: 2,
    title: 'There is no plugin project here',
    text: 'cpex looks for cpex.yaml in the working folder and in every folder above it; .cpexrc, the key "cpex" of package.json and the table [package.metadata.cpex] of Cargo.toml may point to one elsewhere. None was found. Change into a project, or start one with `cpex new`.',
  },
  CPEX_E_PROJECT_POINTER: {
    kind: 'user',
    exit: 2,
    title: 'A file points to a cpex.yaml that cannot be used',
    text: 'cpex.yaml is the one source of what a plugin is. .cpexrc, package.json#cpex and Cargo.toml [package.metadata.cpex] may only point to it, as {"file": "path/to/cpex.yaml"} or as the path itself, relative to the file that says so.',
  },
  CPEX_E_MANIFEST: {
    kind: 'user',
    exit: 2,
    title: 'cpex.yaml is not right',
    text: 'Every problem is listed with its line and column, what was expected and what stands there. Values that look like numbers but are text, such as versions, need quotes. The line `# yaml-language-server: $schema=.cpex/manifest.schema.json` at the top of the file makes editors show the same problems while you type.',
  },
  CPEX_E_MANIFEST_NEWER: {
    kind: 'user',
    exit: 2,
    title: 'cpex.yaml was written for a newer cpex',
    text: 'The key "manifest" holds the version of the file format. This cpex knows version 1 only and does not guess what a later one means. Use the cpex that the project was made with, or a newer one.',
  },
  CPEX_E_MANIFEST_UNREADABLE: {
    kind: 'environment',
    exit: 3,
    title: 'cpex.yaml cannot be read',
    text: 'The file is there, but the system refuses to hand it out, or it is not a text file in UTF-8. Look at its owner, its mode and its encoding.',
  },
} as const satisfies Record<string, CodeEntry>;
