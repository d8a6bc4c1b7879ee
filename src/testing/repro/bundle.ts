import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';
import type { TestResult, Verdict } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import type { ApplicationWish } from '../../project/application.js';
import { traceValue } from '../../report/trace-text.js';
import { sha256Hex } from '../../support/digest.js';
import { ensureFolder, writeFileAtomic } from '../../support/files.js';
import { packageVersion } from '../../support/package-root.js';
import { isSecretName, REMOVED, redact, withoutSecrets } from '../../support/secrets.js';
import { userCacheFolder } from '../../support/user-folders.js';
import type { Durations } from '../conformance/durations.js';
import type { Subject } from '../subject.js';
import type { KeptRecord } from './trace-ring.js';

/** Version of the format of a bundle; `schemas/repro.json` describes it. */
export const BUNDLE_VERSION = 1;

/** Everything that a failure needs to be seen again somewhere else. */
export interface ReproBundle {
  readonly v: typeof BUNDLE_VERSION;
  /** Version of cpex. */
  readonly cpex: string;
  /** Id of the project's plugin; null for a bare library. */
  readonly plugin: string | null;
  readonly test: { readonly suite: string; readonly id: string; readonly file?: string };
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly artefact: { readonly path: string; readonly sha256: string; readonly size: number };
  /** Host profile with its revision. */
  readonly host: string;
  /** The plugin ran as a process, for a host that usually loads libraries. */
  readonly form?: 'process';
  /** What the profile was told of the plugin's application. A cookie keeps people off, it is no secret. */
  readonly application?: ApplicationWish;
  readonly target: string;
  readonly engine: string;
  readonly language: string;
  readonly seed: number;
  readonly durations: Durations;
  /** Without what stands under names of secrets. */
  readonly config: unknown;
  /** What `build.json` beside the library says of the tools; null where there is none. */
  readonly toolchain: unknown;
  readonly environment: {
    readonly os: string;
    readonly arch: string;
    readonly node: string;
    readonly kernel: string;
    readonly variables: Readonly<Record<string, string>>;
  };
  /** The last messages of the test, by session. */
  readonly trace: readonly unknown[];
}

/** Variables that change what a plugin or a toolchain does. */
const TELLING =
  /^(LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|GO\w+|CGO_\w+|RUST\w*|CARGO_\w+|CC|CXX|CFLAGS|LD_\w+|MALLOC_\w+|\w*SAN_OPTIONS|CPEX_\w+)$/;

/** The part of a test's result that a bundle holds. */
type Failure = Pick<TestResult, 'suite' | 'id' | 'verdict' | 'findings' | 'file'>;

/** Where the bundles of a project lie: with what cpex can make again. */
export function bundlesOfProject(root: string): string {
  return path.join(root, '.cpex', 'repro');
}

/** Where those of a bare library lie: nothing is written beside a file that was only to be tested. */
export function bundlesOfLibrary(artefact: string, env: Readonly<Record<string, string | undefined>>): string {
  const name = `${path.parse(artefact).name}-${sha256Hex(artefact).slice(0, 8)}`;
  return path.join(userCacheFolder('cpex', env), 'repro', name);
}

/**
 * Writes what a failed test needs to be seen again. Secrets of the configuration and of the environment are taken out,
 * also where the plugin repeated them.
 * @returns the file's absolute path
 */
export async function writeBundle(
  folder: string,
  result: Failure,
  subject: Subject,
  records: readonly KeptRecord[],
): Promise<string> {
  const form = isOtherForm(subject.profile) ? '-process' : '';
  const file = path.join(folder, `${result.id.replaceAll(/[^\w.-]+/g, '-')}${form}.json`);
  const { value: config, secrets } = withoutSecrets(subject.config);
  const hidden = [...secrets, ...secretVariables(process.env)];
  const bundle = await bundleOf(result, { ...subject, config }, records);
  await ensureFolder(folder);
  await writeFileAtomic(file, `${redact(JSON.stringify(bundle, undefined, 2), hidden.map(inJson))}\n`);
  return file;
}

/** The same test may fail in both forms of a plugin. */
function isOtherForm({ asProcess, transport }: Subject['profile']): boolean {
  return asProcess !== undefined && transport !== 'native';
}

async function bundleOf(result: Failure, subject: Subject, records: readonly KeptRecord[]): Promise<ReproBundle> {
  const { artefact, profile, application, target, engine, language, seed, durations, config } = subject;
  const bytes = await readFile(artefact);
  return {
    v: BUNDLE_VERSION,
    cpex: packageVersion(),
    plugin: subject.manifest?.id ?? null,
    test: {
      suite: result.suite,
      id: result.id,
      ...(result.file === undefined ? {} : { file: result.file }),
    },
    verdict: result.verdict,
    findings: result.findings,
    artefact: { path: artefact, sha256: sha256Hex(bytes), size: bytes.length },
    host: profile.revision === undefined ? profile.name : `${profile.name}@${profile.revision}`,
    ...(isOtherForm(profile) ? { form: 'process' as const } : {}),
    ...(application === undefined ? {} : { application }),
    target: target.name,
    engine: engine.name,
    language,
    seed,
    durations,
    config: config ?? null,
    toolchain: await toolchainOf(artefact),
    environment: {
      os: process.platform,
      arch: process.arch,
      node: process.version,
      kernel: release(),
      variables: tellingVariables(process.env),
    },
    trace: records.map(({ session, record }) => ({ session, ...traceValue(record) })),
  };
}

async function toolchainOf(artefact: string): Promise<unknown> {
  try {
    const record = JSON.parse(await readFile(path.join(path.dirname(artefact), 'build.json'), 'utf8')) as {
      toolchain?: unknown;
    };
    return record.toolchain ?? null;
  } catch {
    // A library that cpex did not build has no record.
    return null;
  }
}

function tellingVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const found = Object.entries(env).filter(([name]) => TELLING.test(name));
  return Object.fromEntries(found.sort().map(([name, value = '']) => [name, isSecretName(name) ? REMOVED : value]));
}

function secretVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => (isSecretName(name) && value !== '' ? [value] : []));
}

/** A text as it stands inside a JSON string. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
