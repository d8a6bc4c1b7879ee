import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuiltArtefact } from '../../src/build/build-model.js';
import { type BuildRecord, readBuilt } from '../../src/build/record.js';
import { buildProject, ensureBuilt } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { LANGUAGES, type Language } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import type { CpexError } from '../../src/support/errors.js';
import {
  freshFolder,
  LOGIC,
  missingFor,
  optionsFor,
  removeFolders,
  replaceIn,
  testContext,
  tinyProject,
  write,
} from './projects.js';

afterAll(removeFolders);

const HOST = hostTarget().name;
const [FROM, TO]: [Readonly<Record<Language, string>>, Readonly<Record<Language, string>>] = [
  { c: '? 1 :', go: 'C.int(len', rust: 'len() as i32' },
  { c: '? 7 :', go: 'C.int(7 + len', rust: 'len() as i32 + 7' },
];

async function build(project: Project, changes: Parameters<typeof optionsFor>[1] = {}): Promise<BuiltArtefact> {
  const { artefacts } = await buildProject(optionsFor(project, changes), testContext());
  const [artefact] = artefacts;
  if (artefact === undefined) throw new Error('nothing was built');
  return artefact;
}

function snapshot(folder: string): Record<string, string> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'base64')]));
}

for (const language of LANGUAGES) {
  const missing = missingFor(language);
  describe.skipIf(missing !== undefined)(`building ${language}${missing === undefined ? '' : ` (${missing})`}`, () => {
    const project = tinyProject(language, freshFolder('mit Leerzeichen und Ümläut 例'));
    const dist = path.join(project.root, 'dist', HOST);

    it('places the library with a record that fits it and its schema', async () => {
      const artefact = await build(project);
      expect(artefact.file).toBe(path.join(dist, 'tiny.so'));
      expect(readdirSync(dist).sort()).toEqual(['build.json', 'tiny.so']);
      const record = JSON.parse(readFileSync(artefact.record, 'utf8')) as BuildRecord;
      const schema = JSON.parse(readFileSync('schemas/build.json', 'utf8')) as object;
      const check = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);
      expect(check(record) ? [] : check.errors).toEqual([]);
      expect(record.exports).toContain('cpex_plugin_init');
      expect(record.size).toBe(statSync(artefact.file).size);
      expect((await readBuilt(artefact.record))?.file).toBe(artefact.file);
    });

    it('changes nothing when nothing changed', async () => {
      const before = statSync(path.join(dist, 'tiny.so')).mtimeMs;
      const artefact = await build(project);
      expect(artefact.upToDate).toBe(true);
      expect(statSync(artefact.file).mtimeMs).toBe(before);
      if (language === 'go') expect(artefact.explanation.join('\n')).toContain('link: skipped');
    });

    it('sees an edit, also one with a date from the past', async () => {
      const first = await build(project);
      const file = path.join(project.root, LOGIC[language]);
      replaceIn(file, FROM[language], TO[language]);
      utimesSync(file, new Date('2001-01-01'), new Date('2001-01-01'));
      const second = await build(project);
      expect(second.sha256).not.toBe(first.sha256);
      replaceIn(file, TO[language], FROM[language]);
      expect((await build(project)).sha256).toBe(first.sha256);
    });

    it('builds from scratch with force, and makes the same bytes', async () => {
      const first = await build(project);
      const context = testContext();
      const { artefacts } = await buildProject(optionsFor(project, { force: true }), context);
      expect(artefacts[0]?.sha256).toBe(first.sha256);
      expect(artefacts[0]?.explanation.join('\n')).not.toContain('skipped');
      if (language !== 'go') expect(context.events.some((event) => event.type === 'task.line')).toBe(true);
    });

    it('puts a debug build beside the release', async () => {
      const release = await build(project);
      const { artefacts, audits } = await buildProject(optionsFor(project, { mode: 'debug' }), testContext());
      expect(artefacts[0]?.file).toBe(path.join(project.root, 'dist', `${HOST}-debug`, 'tiny.so'));
      expect(audits[0]?.facts.dynamic?.debugBytes).toBeGreaterThan(0);
      expect((await readBuilt(release.record))?.record.sha256).toBe(release.sha256);
    });

    it("shows a syntax error in the tool's own words and leaves dist alone", async () => {
      const file = path.join(project.root, LOGIC[language]);
      const good = readFileSync(file, 'utf8');
      const before = snapshot(dist);
      write(project.root, LOGIC[language], `${good}\n@@@\n`);
      const error = await buildProject(optionsFor(project), testContext()).catch((thrown: CpexError) => thrown);
      expect(error).toMatchObject({ code: 'CPEX_E_BUILD_FAILED', exit: 1, kind: 'child' });
      expect((error as CpexError).output.join('\n')).toContain(path.basename(LOGIC[language]));
      expect((error as CpexError).evidence[0]).toMatch(/^command: /);
      expect(snapshot(dist)).toEqual(before);
      write(project.root, LOGIC[language], good);
    });

    it('does not place a library without the entry symbol', async () => {
      const file = path.join(project.root, LOGIC[language]);
      const good = readFileSync(file, 'utf8');
      const before = snapshot(dist);
      write(project.root, LOGIC[language], good.replaceAll('cpex_plugin_init', 'another_name'));
      const context = testContext();
      const result = await buildProject(optionsFor(project), context);
      expect(result.ok).toBe(false);
      expect(result.artefacts).toEqual([]);
      expect(result.findings.some((finding) => finding.severity === 'fail')).toBe(true);
      expect(context.events.at(-1)).toMatchObject({ type: 'task.end', outcome: 'failed' });
      await expect(ensureBuilt(project, {}, testContext())).rejects.toMatchObject({ code: 'CPEX_E_BUILD_AUDIT' });
      expect(snapshot(dist)).toEqual(before);
      write(project.root, LOGIC[language], good);
    });

    it('lets two builds take turns', async () => {
      replaceIn(path.join(project.root, LOGIC[language]), FROM[language], TO[language]);
      const [one, two] = await Promise.all([build(project), build(project)]);
      expect(one?.sha256).toBe(two?.sha256);
      expect([one?.upToDate, two?.upToDate].sort()).toEqual([false, true]);
      replaceIn(path.join(project.root, LOGIC[language]), TO[language], FROM[language]);
    });

    it('makes the same bytes in another folder', async () => {
      const here = await build(project);
      const there = await build(tinyProject(language, freshFolder('elsewhere')));
      expect(there.sha256).toBe(here.sha256);
      expect(readFileSync(here.record, 'utf8')).toBe(readFileSync(there.record, 'utf8'));
    });

    it('leaves no temporary file and no lock behind', () => {
      const all = readdirSync(project.root, { recursive: true }) as string[];
      expect(all.filter((name) => name.endsWith('.tmp') || path.basename(name) === 'lock')).toEqual([]);
    });
  });
}
