import path from 'node:path';
import { contractData } from '../project/contract-data.js';
import { hostName } from '../project/hosts.js';
import { emitIdentity } from '../project/identity.js';
import { pluginNames } from '../project/plugin-names.js';
import { schemaText } from '../support/schemas.js';
import type { NewAnswers } from './answers.js';
import { caseFiles, SAMPLE_HOOK, sampleNames } from './case-files.js';
import { newWorkflow } from './ci/new-workflow.js';
import { licenseText } from './license-text.js';
import { manifestText, newManifest } from './manifest-text.js';
import { contentHash, RECORD_FILE, recordedAnswers, type ScaffoldRecord } from './record.js';
import { renderRegions } from './regions.js';
import { readSample } from './samples.js';
import { renameService } from './service-names.js';
import { type Rename, renameCapability, renameEvent, renamePlugin } from './spellings.js';
import { readTemplate, type Template, type TemplateFile } from './template-files.js';

/** A file that a new project consists of, with its final content. */
export interface ProjectFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

export interface ProjectFiles {
  readonly files: readonly ProjectFile[];
  /** Where the author's code goes. */
  readonly logicFile: string;
}

const MODE = 0o644;

/** All files of a new project, sorted by path. Reads nothing but cpex's own templates. */
export function projectFiles(answers: NewAnswers, cpexVersion: string): ProjectFiles {
  const template = readTemplate({
    host: hostName(answers.host),
    language: answers.language,
    sample: answers.sample,
  });
  const manifest = newManifest(answers);
  const files = new Map<string, ProjectFile>();
  const put = (name: string, text: string, mode = MODE) => files.set(name, { path: name, text, mode });

  const render = renderer(answers);
  for (const file of template.files) for (const rendered of render(file)) files.set(rendered.path, rendered);
  const identity = emitIdentity(answers.language, manifest);
  put(identity.path, identity.content);
  put('cpex.yaml', manifestText(manifest));
  put('.cpex/manifest.schema.json', schemaText('manifest.json'));
  put('.cpex/case.schema.json', schemaText('case.json'));
  if (answers.ci === 'github') put('.github/workflows/cpex.yml', firstWorkflow(answers, cpexVersion));
  const license = licenseText(answers);
  if (license !== undefined) put('LICENSE', license);

  const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const record: ScaffoldRecord = {
    format: 1,
    cpex: cpexVersion,
    template: { id: template.id, version: template.version },
    answers: recordedAnswers(answers),
    files: Object.fromEntries(sorted.map((file) => [file.path, contentHash(file.text)])),
  };
  const recordFile = { path: RECORD_FILE, text: `${JSON.stringify(record, undefined, 2)}\n`, mode: MODE };
  return { files: [...sorted, recordFile], logicFile: logicFileOf(sorted, answers, template) };
}

/** One target to begin with; `cpex ci` adds others. */
function firstWorkflow({ language }: NewAnswers, cpex: string): string {
  return newWorkflow({ language, cpex, targets: ['linux-x64'] });
}

/** Where the author goes first: the file of the first capability where each has one, else the template's. */
function logicFileOf(files: readonly ProjectFile[], answers: NewAnswers, template: Template): string {
  const { dir, ext } = path.posix.parse(template.logicFile);
  const [{ flag = '', argument = '' } = {}] = answers.capabilities;
  const wanted = [flag, argument].map((name) => path.posix.join(dir, `${name}${ext}`));
  const own = files.find((file) => wanted.includes(file.path));
  return own?.path ?? template.logicFile;
}

/** Capabilities whose arguments rename nothing inside of regions. */
const NAMES_NO_HANDLER: ReadonlySet<string> = new Set(['seam', 'service']);

/** Fills names and regions into one template file; a sample case becomes one file per capability. */
function renderer(answers: NewAnswers): (file: TemplateFile) => ProjectFile[] {
  const plugin = renamePlugin(pluginNames(answers.id));
  const contract = contractData(answers.host);
  const samples = sampleNames(answers.host);
  const asItIs: Rename = (text) => text;
  const payload = (hook: string) => JSON.stringify(contract.hooks[hook]?.sample ?? {});
  const renameHook = (hook: string): Rename => {
    const sample = samples.hook ?? SAMPLE_HOOK;
    const rename = renameCapability(sample, hook);
    return (text) => rename(text).replaceAll(payload(sample), () => payload(hook));
  };
  const renameArgument = (flag: string, argument: string): Rename => {
    if (flag === 'hook') return renameHook(argument);
    const sample = samples[flag] ?? '';
    return flag === 'lifecycle' ? renameEvent(sample, argument) : renameCapability(sample, argument);
  };
  const repetitions: Record<string, Rename[]> = {};
  for (const { flag, argument } of answers.capabilities) {
    const rename = argument === undefined || NAMES_NO_HANDLER.has(flag) ? asItIs : renameArgument(flag, argument);
    repetitions[flag] = [...(repetitions[flag] ?? []), rename];
    // One of a closed set: a template says `cpex:if store`.
    if (argument !== undefined && flag === 'seam') repetitions[argument] = [rename];
  }
  // A plugin of go-plugin has one service to begin with, and every file may say its name.
  const [service] = answers.capabilities.flatMap(({ flag, argument }) => (flag === 'service' ? [argument ?? ''] : []));
  return (file) => {
    const whole = service === undefined ? asItIs : renameService(service, file.path);
    const text = file.generated ? file.text : whole(renderRegions(file.text, repetitions));
    // A file of which no region is left is about something that the plugin does not do.
    if (text.trim() === '' && file.text !== text) return [];
    return caseFiles({ path: whole(file.path), text }, answers, contract).map((one) => ({
      path: plugin(one.path, false),
      text: finish(file, plugin(one.text, file.packageFile), answers),
      mode: file.mode,
    }));
  };
}

/** What a name alone does not decide. */
function finish(file: TemplateFile, text: string, answers: NewAnswers): string {
  if (file.path === 'Cargo.lock') return sortLockedPackages(text);
  if (file.path === 'README.md') {
    const described = text.replace('A sample plugin.', () => answers.description);
    const hosted = described.replace(/host profile `[^`]*`/, () => `host profile \`${answers.host}\``);
    return answers.sample === undefined ? hosted : `${hosted.trimEnd()}\n\n${readSample(answers.sample).readme}`;
  }
  return text;
}

/** Cargo keeps the packages of its lock file sorted and would rewrite a file that is not. */
function sortLockedPackages(text: string): string {
  const [head = '', ...packages] = text.trimEnd().split(/\n\n(?=\[\[package\]\]\n)/);
  return `${[head, ...packages.sort()].join('\n\n')}\n`;
}
