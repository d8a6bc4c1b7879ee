import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import { readTextIfThere } from '../support/files.js';
import { emitIdentity } from './identity.js';
import { pluginNames } from './plugin-names.js';
import { repositoryProblems } from './repository.js';
import { hasIdentityFile, sourceRoot } from './source-root.js';

/**
 * Where the files of a project disagree with `cpex.yaml` about id, version and the like: the
 * identity file, and the build file of its language. Also what `cpex.yaml` does not say although the host asks.
 */
export async function identityDrift(project: Project): Promise<Finding[]> {
  return [...repositoryProblems(project), ...(await identityFileDrift(project)), ...(await buildFileDrift(project))];
}

/**
 * Where the author's own build file disagrees with `cpex.yaml`; Go's states nothing. A build asks
 * for no more, because it writes the identity file itself.
 */
export async function buildFileDrift(project: Project): Promise<Finding[]> {
  // There the sources are the author's own, and no rule says what names and versions they carry.
  if (!hasIdentityFile(project.manifest)) return [];
  switch (project.manifest.language) {
    case 'c':
      return cmakeDrift(project);
    case 'go':
      return [];
    case 'rust':
      return cargoDrift(project);
  }
}

async function identityFileDrift(project: Project): Promise<Finding[]> {
  if (!hasIdentityFile(project.manifest)) return [];
  const wanted = emitIdentity(project.manifest.language, project.manifest);
  const file = path.join(project.root, wanted.path);
  const text = (await readTextIfThere(file))?.replaceAll('\r\n', '\n');
  if (text === wanted.content) return [];
  const missing = text === undefined;
  const written = new Set(text?.split('\n'));
  const stale = wanted.content.split('\n').filter((line) => !written.has(line));
  return [
    {
      id: 'project.identity',
      severity: 'warn',
      message: missing
        ? `${wanted.path} is not there; the SDK takes id and version from it.`
        : `${wanted.path} does not say what cpex.yaml says.`,
      evidence: missing ? [] : stale.map((line) => `expected ${line.trim()}`),
      remedy: 'Run cpex build, which writes it again.',
      file,
    },
  ];
}

async function cargoDrift(project: Project): Promise<Finding[]> {
  const file = path.join(sourceRoot(project), 'Cargo.toml');
  const text = await readTextIfThere(file);
  if (text === undefined) return [];
  const { id, version } = project.manifest;
  let found: { name?: unknown; version?: unknown };
  try {
    found = (parseToml(text) as { package?: typeof found }).package ?? {};
  } catch {
    // Cargo itself says what is wrong with its file.
    return [];
  }
  const findings: Finding[] = [];
  // A version taken from the workspace is a table and not ours to judge.
  if (typeof found.version === 'string' && found.version !== version) {
    findings.push(versionDrift('project.cargo-version', file, found.version, version));
  }
  const name = pluginNames(id).package;
  if (typeof found.name === 'string' && found.name.replaceAll('_', '-') !== name) {
    findings.push(nameDrift('project.cargo-name', file, 'package name', found.name, name));
  }
  return findings;
}

async function cmakeDrift(project: Project): Promise<Finding[]> {
  const file = path.join(sourceRoot(project), 'CMakeLists.txt');
  const text = (await readTextIfThere(file)) ?? '';
  const { id, version } = project.manifest;
  const findings: Finding[] = [];
  const stated = /^\s*project\s*\([^)]*?\bVERSION\s+"?(\d[^\s)"]*)/im.exec(text)?.[1];
  if (stated !== undefined && stated !== version) {
    findings.push(versionDrift('project.cmake-version', file, stated, version));
  }
  const name = /^[^#\n]*\bOUTPUT_NAME\s+"?([^"\s)]+)/m.exec(text)?.[1];
  if (name !== undefined && name !== id && !name.includes('$')) {
    findings.push(nameDrift('project.cmake-name', file, 'OUTPUT_NAME', name, id));
  }
  return findings;
}

function versionDrift(id: string, file: string, found: string, wanted: string): Finding {
  const remedy = `Write ${wanted} into ${path.basename(file)}; the plugin itself reports the version of cpex.yaml.`;
  return { ...drift(id, file, 'version', found, wanted), severity: 'warn', remedy };
}

/** Hosts never see this name: a build names the library after the plugin's id. */
function nameDrift(id: string, file: string, what: string, found: string, wanted: string): Finding {
  return { ...drift(id, file, what, found, wanted), severity: 'info' };
}

function drift(id: string, file: string, what: string, found: string, wanted: string): Omit<Finding, 'severity'> {
  const name = path.basename(file);
  return {
    id,
    message: `${name} and cpex.yaml disagree about the ${what}.`,
    evidence: [`${name}: ${found}`, `cpex.yaml: ${wanted}`],
    file,
  };
}
