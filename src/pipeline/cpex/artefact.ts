import { stat } from 'node:fs/promises';
import path from 'node:path';
import { resolveSubject } from '../../build/subject.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import type { RunContext } from '../../model/context.js';
import { MANIFEST_FILE } from '../../project/find.js';
import { hostName } from '../../project/hosts.js';
import { readManifest } from '../../project/read-manifest.js';
import { exists } from '../../support/files.js';
import { didYouMean } from '../../support/suggest.js';
import type { ConfigOptions, RawPlugin } from './raw-config.js';

/** A library that was found, or why there is none, as a sentence after "expected". */
export type FoundArtefact =
  | {
      /** Absolute path; empty where the plugin is disabled and nobody looked. */
      readonly artefact: string;
      /** Configuration that the plugin's manifest gives where the entry says nothing. */
      readonly defaults: Readonly<Record<string, unknown>>;
    }
  | { readonly problem: string };

/** Kinds of CPEX that name something other than a library. */
const FOREIGN = /^(builtin|native|wasm|external|isolated_venv|PDP)$|^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\.[A-Z]\w*$/;

/**
 * The library of a plugin: a file, the current build of a project, or what is installed under the id. Libraries are
 * audited and projects built when stale, as `cpex run` does; what these throw goes on to the caller.
 */
export async function artefactOf(
  { kind, mode }: Pick<RawPlugin, 'kind' | 'mode'>,
  folder: string,
  context: RunContext,
  options: ConfigOptions,
): Promise<FoundArtefact> {
  if (mode === 'disabled') return { artefact: '', defaults: {} };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(kind)?.[1];
  if (scheme !== undefined && scheme !== 'lib' && !path.isAbsolute(kind)) {
    return { problem: `expected a path, lib:PATH or the id of an installed plugin, found the scheme "${scheme}:".` };
  }
  const named = scheme === 'lib' ? kind.slice('lib:'.length) : kind;
  const file = path.resolve(folder, named);
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) return project(file, named, context, options);
  if (there !== undefined && !there.isFile()) return { problem: `expected a library, found no regular file: ${file}.` };
  if (there !== undefined) {
    const { artefact } = await resolveSubject({ plugin: file, host: 'cpex', debug: false }, context);
    return { artefact, defaults: {} };
  }
  if (scheme === 'lib' || /[\\/]/.test(named)) {
    const query = /[?#]/.test(named) ? ' Entries and hooks after ? or # are not taken: see hooks.' : '';
    return { problem: `expected a library or the folder of a project, found no such file: ${file}.${query}` };
  }
  return installed(named, folder, context);
}

async function project(
  root: string,
  named: string,
  context: RunContext,
  { debug = false, built = new Map() }: ConfigOptions,
): Promise<FoundArtefact> {
  if (!(await exists(path.join(root, MANIFEST_FILE)))) {
    return {
      problem: `expected a library or the folder of a project, found a folder without ${MANIFEST_FILE}: ${root}.`,
    };
  }
  const { host, config_schema } = await readManifest(path.join(root, MANIFEST_FILE));
  if (hostName(host) !== 'cpex') {
    return { problem: `expected a plugin for the host cpex, found "${named}", a project for ${host}.` };
  }
  const building =
    built.get(root) ?? resolveSubject({ debug }, { ...context, cwd: root }).then(({ artefact }) => artefact);
  built.set(root, building);
  return { artefact: await building, defaults: schemaDefaults(config_schema) };
}

async function installed(id: string, folder: string, context: RunContext): Promise<FoundArtefact> {
  const { listPlugins } = await import('../../install/list.js');
  const { artefactParts } = await import('../../install/plugins-folder.js');
  const { hostTarget } = await import('../../project/targets/host.js');
  const listed = await listPlugins({ project: false }, context);
  const mine = listed.plugins.filter((one) => hostName(one.host) === 'cpex');
  const found = mine.find((one) => one.id === id && one.target === hostTarget().name);
  if (found === undefined) {
    const ids = [...new Set(mine.map((one) => one.id))];
    const foreign = FOREIGN.test(id) ? ' It is a kind of CPEX for Python or Rust; name a library.' : '';
    const message = `found "${id}", which is neither in ${folder} nor installed in ${listed.folder}`;
    return { problem: `expected a path or the id of an installed plugin, ${message}.${didYouMean(id, ids)}${foreign}` };
  }
  const file = path.join(listed.folder, ...artefactParts(found));
  const { artefact } = await resolveSubject({ plugin: file, host: 'cpex', debug: false }, context);
  return { artefact, defaults: {} };
}

/** The values that a JSON Schema gives to properties that are left out. */
function schemaDefaults(schema: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fieldsOf(fieldsOf(schema).properties)).flatMap(([key, property]) =>
      Object.hasOwn(fieldsOf(property), 'default') ? [[key, fieldsOf(property).default]] : [],
    ),
  );
}
