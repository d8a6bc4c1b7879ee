import path from 'node:path';
import { type Candidate, entriesOf, settings } from './candidate.js';
import { folderOf, nearestAbove, type Survey } from './survey.js';

interface GoPackage {
  /** Relative to the root. */
  readonly folder: string;
  /** Folder of its go.mod. */
  readonly module: string;
  readonly files: readonly string[];
  readonly text: string;
}

/** Main packages that export the entry function of a host, or import a package that does. */
export async function goCandidates(survey: Survey): Promise<Candidate[]> {
  const packages = await goPackages(survey);
  const found: Candidate[] = [];
  for (const one of packages) {
    if (!isMain(one)) continue;
    const { text: modText } = { text: await survey.text(`${one.module === '.' ? '' : `${one.module}/`}go.mod`) };
    const modulePath = /^module\s+"?([^\s"]+)/m.exec(modText)?.[1] ?? '';
    const files = [...one.files, ...importedFiles(one, packages, modulePath)];
    const entries = await entriesOf(files, 'go', survey);
    // A program that loads plugins mentions the name, too.
    if (![...entries.values()].includes('defined')) continue;
    found.push(candidate(one, modulePath, entries));
  }
  return found;
}

function candidate(one: GoPackage, modulePath: string, entries: Candidate['entries']): Candidate {
  const inModule = path.posix.relative(one.module, one.folder);
  const unit = inModule === '' ? '.' : `./${inModule}`;
  const repository = /^github\.com\/[^/]+\/[^/]+/.exec(modulePath)?.[0];
  const version = constantVersion(one.text);
  return {
    language: 'go',
    unit,
    declaredIn: one.files[0] ?? one.folder,
    build: settings({ folder: one.module, ...(unit === '.' ? {} : { package: unit }) }),
    entries,
    stated: {
      name: nameOf(modulePath, inModule),
      ...(version === undefined ? {} : { version }),
      ...(repository === undefined ? {} : { repository: `https://${repository}` }),
    },
  };
}

/** The last element of the module's path; of the package's where that says more than "the plugin". */
function nameOf(modulePath: string, inModule: string): string {
  const last = path.posix.basename(inModule);
  if (inModule !== '' && !/^(cmd|plugins?|main|src|lib|shared|c-?shared|cgo)$/.test(last)) return last;
  const elements = modulePath.split('/').filter((element) => !/^v\d+$/.test(element));
  return elements.at(-1) ?? '';
}

/** A constant that looks like the version of the plugin: a hint, nothing more. */
function constantVersion(text: string): string | undefined {
  return /\b\w*[vV]ersion\s*(?:string\s*)?=\s*"v?(\d+\.\d+\.\d+[^"\s]*)"/.exec(text)?.[1];
}

async function goPackages(survey: Survey): Promise<GoPackage[]> {
  const modules = survey.files.filter((file) => path.posix.basename(file) === 'go.mod');
  const sources = survey.files.filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'));
  const found: GoPackage[] = [];
  for (const folder of new Set(sources.map(folderOf))) {
    const module = nearestAbove(folder, modules);
    if (module === undefined) continue;
    const own = sources.filter((file) => folderOf(file) === folder);
    const beside = survey.files.filter((file) => /\.(c|cc|cpp|cxx)$/.test(file) && folderOf(file) === folder);
    const text = (await Promise.all(own.map((file) => survey.text(file)))).join('\n');
    found.push({ folder, module, files: [...own, ...beside], text });
  }
  return found;
}

function isMain({ text }: GoPackage): boolean {
  return /^package\s+main\b/m.test(text);
}

/** Files of packages of the same module that a package imports. */
function importedFiles(one: GoPackage, packages: readonly GoPackage[], modulePath: string): string[] {
  return packages
    .filter((other) => other !== one && other.module === one.module && !isMain(other))
    .filter((other) =>
      one.text.includes(`"${path.posix.join(modulePath, path.posix.relative(one.module, other.folder))}"`),
    )
    .flatMap((other) => other.files);
}
