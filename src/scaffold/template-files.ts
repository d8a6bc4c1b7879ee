import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Language } from '../model/target.js';
import { packageRoot } from '../support/package-root.js';
import type { SampleName } from './answers.js';

/** `templates/manifest.json`: how the files of a project are put together. */
interface TemplateManifest {
  /** Raised when a template changes in a way that "cpex update" has to know about. */
  readonly version: number;
  /** Later overlays replace files of earlier ones. */
  readonly overlays: readonly Overlay[];
  /** Names that npm would drop from a package: template name → project name, for any part of a path. */
  readonly renames: Readonly<Record<string, string>>;
  /** Names that are never copied, e.g. build outputs. */
  readonly ignore: readonly string[];
  /** Files in which `sample-plugin` is the name of a package, by project path. */
  readonly packageFiles: readonly string[];
  /** Project paths with a mode other than 644, in octal. */
  readonly modes: Readonly<Record<string, string>>;
  /** Folder of the SDK, which "cpex update" replaces. */
  readonly sdk: Readonly<Record<Language, string>>;
  /** The file with the author's logic, by language, or by `HOST/LANGUAGE` where a host has another. */
  readonly logic: Readonly<Record<string, string>>;
}

/** The example of a pipeline, in a sample and in the project made from it. */
const PIPELINE_FILE = 'pipeline.yaml';

interface Overlay {
  /** Folder under `templates/`. */
  readonly from: string;
  /** Folder of the project, `.` for its root. */
  readonly to: string;
  /** The host that it is for, or several. */
  readonly host?: string | readonly string[];
  readonly language?: Language;
  /** Names of the files that are taken; all when absent. A dot at the end stands for any extension. */
  readonly only?: readonly string[];
}

/** One file of a template, before names and regions are filled in. */
export interface TemplateFile {
  /** Path in the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Part of the SDK: not to be edited. */
  readonly generated: boolean;
  /** Whether `sample-plugin` is the package's name here rather than the plugin's id. */
  readonly packageFile: boolean;
}

export interface TemplateChoice {
  /** Name of the profile, without a revision. */
  readonly host: string;
  readonly language: Language;
  readonly sample?: SampleName | undefined;
}

export interface Template {
  /** `cpex/c`, `cpex/c/policy-gate` */
  readonly id: string;
  readonly version: number;
  readonly logicFile: string;
  readonly files: readonly TemplateFile[];
}

/** Reads the template of a host and language, with its overlays laid over one another. */
export function readTemplate(choice: TemplateChoice): Template {
  const root = path.join(packageRoot(), 'templates');
  const manifest = JSON.parse(readFileSync(path.join(root, 'manifest.json'), 'utf8')) as TemplateManifest;
  const files = new Map<string, TemplateFile>();
  for (const overlay of overlaysOf(manifest, choice)) {
    for (const name of listFiles(path.join(root, overlay.from), manifest.ignore, overlay.only)) {
      const renamed = name.split('/').map((part) => manifest.renames[part] ?? part);
      const target = path.posix.join(overlay.to, ...renamed);
      files.set(target, {
        path: target,
        text: readFileSync(path.join(root, overlay.from, name), 'utf8'),
        mode: Number.parseInt(manifest.modes[target] ?? '644', 8),
        generated: target.startsWith(`${manifest.sdk[choice.language]}/`),
        packageFile: manifest.packageFiles.includes(target),
      });
    }
  }
  if (choice.sample !== undefined) putExample(files, root, choice.sample);
  return {
    id: [choice.host, choice.language, ...(choice.sample === undefined ? [] : [choice.sample])].join('/'),
    version: manifest.version,
    logicFile: manifest.logic[`${choice.host}/${choice.language}`] ?? manifest.logic[choice.language] ?? '',
    files: [...files.values()],
  };
}

/** A sample lies over the host's template and brings cases of its own in place of the template's. */
function overlaysOf(manifest: TemplateManifest, choice: TemplateChoice): readonly Overlay[] {
  const { host, language, sample } = choice;
  const usual = manifest.overlays.filter((one) => applies(one, choice));
  if (sample === undefined) return usual;
  return [
    ...usual.filter(({ from }) => from !== `hosts/${host}/cases`),
    { from: `samples/${sample}/${language}`, to: '.' },
    { from: `samples/${sample}/cases`, to: 'tests/cases' },
  ];
}

/** A pipeline that the sample could run in; samples without hooks have none. */
function putExample(files: Map<string, TemplateFile>, root: string, sample: SampleName): void {
  const example = path.join(root, 'samples', sample, PIPELINE_FILE);
  if (!existsSync(example)) return;
  const text = readFileSync(example, 'utf8');
  files.set(PIPELINE_FILE, { path: PIPELINE_FILE, text, mode: 0o644, generated: false, packageFile: false });
}

function applies(overlay: Overlay, choice: TemplateChoice): boolean {
  return (['host', 'language'] as const).every((key) => {
    const wanted = overlay[key];
    return wanted === undefined || [wanted].flat().includes(choice[key]);
  });
}

/** Paths below a folder, with forward slashes, in a stable order. */
function listFiles(folder: string, ignore: readonly string[], only?: readonly string[]): string[] {
  const taken = (name: string) =>
    only === undefined || only.some((one) => name === one || (one.endsWith('.') && name.startsWith(one)));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => taken(name) && !name.split('/').some((part) => ignore.includes(part)))
    .sort();
}
