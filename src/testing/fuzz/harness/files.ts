import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Project } from '../../../model/manifest.js';
import type { SampleCall } from '../../../model/profile.js';
import type { Language } from '../../../model/target.js';
import { packageRoot } from '../../../support/package-root.js';
import type { Subject } from '../../subject.js';
import { lifecycleCalls, registrationCall } from '../child.js';

/** Folder of a project for everything about a coverage-guided fuzzer. */
export const HARNESS_FOLDER = 'fuzz';

/** A file to be written, relative to the project's root, with slashes. */
export interface HarnessFile {
  readonly path: string;
  readonly text: string | Uint8Array;
}

/** Where each template goes. */
const TEMPLATES: Readonly<Record<Language, readonly (readonly [from: string, to: string])[]>> = {
  c: [
    ['c/harness.c', 'fuzz/harness.c'],
    ['c/README.md', 'fuzz/README.md'],
  ],
  go: [
    ['go/fuzz_test.go', 'fuzz_test.go'],
    ['go/README.md', 'fuzz/README.md'],
  ],
  rust: [
    ['rust/Cargo.toml', 'fuzz/Cargo.toml'],
    ['rust/call.rs', 'fuzz/fuzz_targets/call.rs'],
    ['rust/README.md', 'fuzz/README.md'],
  ],
};

/** What fuzzers leave behind in the folder. */
const IGNORED = ['build/', 'build-afl/', 'target/', 'artifacts/', 'findings/', 'coverage/', ''];

/** The harness of a project: a target for the fuzzer of its language, a valid body for each method, instructions. */
export function harnessFiles(project: Project, subject: Subject, samples: readonly SampleCall[]): HarnessFile[] {
  const { language } = project.manifest;
  const values = placeholders(project, subject, samples);
  const templates = TEMPLATES[language].map(([from, to]): HarnessFile => {
    const text = readFileSync(path.join(packageRoot(), 'templates', 'fuzz', from), 'utf8');
    return { path: to, text: text.replace(/@([A-Z_]+)@/g, (mark, name: string) => values[name] ?? mark) };
  });
  return [...templates, { path: 'fuzz/.gitignore', text: IGNORED.join('\n') }, ...seedFiles(subject, samples)];
}

/** Valid bodies, `fuzz/corpus/METHOD/sample-N.json`. */
function seedFiles(subject: Subject, samples: readonly SampleCall[]): HarnessFile[] {
  const counts = new Map<string, number>();
  return [...samples, ...lifecycleCalls(subject)].map(({ method, request }) => {
    const number = (counts.get(method) ?? 0) + 1;
    counts.set(method, number);
    const body = subject.profile.protocol.encodeRequest(request, method);
    return { path: `${HARNESS_FOLDER}/corpus/${encodeURIComponent(method)}/sample-${number}.json`, text: body };
  });
}

function placeholders(
  { root, manifest }: Project,
  subject: Subject,
  samples: readonly SampleCall[],
): Readonly<Record<string, string>> {
  const { method: register, body } = registrationCall(subject, false);
  const method = samples[0]?.method ?? register;
  const name = manifest.language === 'rust' ? firstMatch(root, 'Cargo.toml', /^name\s*=\s*"([^"]+)"/m) : undefined;
  return {
    ID: manifest.id,
    ENTRY: subject.profile.native?.entry ?? '',
    METHOD: JSON.stringify(method),
    METHOD_NAME: method,
    REGISTER_METHOD: JSON.stringify(register),
    // JSON's escapes of a text are those of C, Go and Rust as well.
    REGISTRATION: JSON.stringify(Buffer.from(body).toString('utf8')),
    MODULE: manifest.language === 'go' ? (firstMatch(root, 'go.mod', /^module\s+(\S+)/m) ?? manifest.id) : '',
    PACKAGE: name ?? manifest.id,
    CRATE: (name ?? manifest.id).replaceAll('-', '_'),
  };
}

function firstMatch(root: string, file: string, pattern: RegExp): string | undefined {
  return pattern.exec(readFileSync(path.join(root, file), 'utf8'))?.[1];
}
