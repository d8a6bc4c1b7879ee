import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/model/manifest.js';
import { LANGUAGES, type Language } from '../../src/model/target.js';
import { emitIdentity } from '../../src/project/identity.js';
import { buildFileDrift, identityDrift } from '../../src/project/identity-drift.js';
import { placeholderRepository } from '../../src/project/repository.js';
import { GENERATED_NOTICE } from '../../src/scaffold/bindings/source.js';

const manifest = (rest: Partial<Manifest> = {}): Manifest => ({
  manifest: 1,
  id: 'my-plugin',
  version: '0.1.0',
  author: 'Ada',
  language: 'c',
  host: 'cpex',
  capabilities: ['hook:elicit'],
  ...rest,
});

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cpex-identity-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Texts that compilers stumble over: quotes, trigraphs, escapes, direction marks, wide and odd characters. */
const HARD = [
  'plain',
  '"quoted" \\back\\slash',
  "it's ??= ??/ ??'",
  '%s %n \\0 \\x41 \\u0041 {brace} {} {{',
  'ünïcödé ñ 日本語 한국어 עברית',
  'emoji 👩‍👩‍👧 🏳️‍🌈',
  'marks \u202e \u2066 \u200b \ufeff end',
  '\u0001\u001f\u007f\u0085\u2028\u2029',
  '*/ // /* #define X',
  '\\" \\\\" \\',
  'a1\u00e91f',
  '\uffff\u{10ffff}\ue000',
  'x'.repeat(120),
];

/** Programs that print every constant, each ended by a zero byte. */
const PRINTERS: Readonly<Record<Language, (files: string[]) => string>> = {
  c: (files) => {
    const blocks = files.map((_, index) => `void f${index}(void);`).join('\n');
    files.forEach((content, index) => {
      const body = ['ID', 'NAME', 'VERSION', 'AUTHOR', 'DESCRIPTION', 'LICENSE', 'REPOSITORY']
        .map((name) => `fwrite(CPEX_PLUGIN_${name}, 1, sizeof CPEX_PLUGIN_${name}, stdout);`)
        .join('\n');
      writeFileSync(
        path.join(root, `f${index}.c`),
        `${content}\n#include <stdio.h>\nvoid f${index}(void);\nvoid f${index}(void){${body}}\n`,
      );
    });
    writeFileSync(
      path.join(root, 'main.c'),
      `${blocks}\nint main(void){${files.map((_, i) => `f${i}();`).join('')}return 0;}\n`,
    );
    const sources = ['main.c', ...files.map((_, index) => `f${index}.c`)];
    execFileSync('cc', ['-std=c11', '-Wall', '-Wextra', '-Werror', '-trigraphs', '-o', 'print-c', ...sources], {
      cwd: root,
    });
    return execFileSync(path.join(root, 'print-c'), { encoding: 'utf8' });
  },
  go: (files) => {
    const folder = path.join(root, 'go');
    const names = ['ID', 'Name', 'Version', 'Author', 'Description', 'License', 'Repository'];
    files.forEach((content, index) => {
      mkdirSync(path.join(folder, `f${index}`), { recursive: true });
      writeFileSync(path.join(folder, `f${index}`, 'identity.go'), content);
    });
    const imports = files.map((_, index) => `f${index} "x/f${index}"`).join('\n');
    const prints = files
      .map((_, i) => names.map((name) => `os.Stdout.WriteString(f${i}.Plugin${name} + "\\x00")`).join('\n'))
      .join('\n');
    writeFileSync(path.join(folder, 'go.mod'), 'module x\n\ngo 1.21\n');
    writeFileSync(
      path.join(folder, 'main.go'),
      `package main\nimport (\n"os"\n${imports}\n)\nfunc main() {\n${prints}\n}\n`,
    );
    expect(execFileSync('gofmt', ['-l', ...files.map((_, i) => `f${i}`)], { cwd: folder, encoding: 'utf8' })).toBe('');
    return execFileSync('go', ['run', '.'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod' },
    });
  },
  rust: (files) => {
    const names = ['ID', 'NAME', 'VERSION', 'AUTHOR', 'DESCRIPTION', 'LICENSE', 'REPOSITORY'];
    const modules = files.map((content, index) => `mod f${index} {\n${content}}`).join('\n');
    const prints = files
      .map((_, i) => names.map((name) => `print!("{}\\0", f${i}::PLUGIN_${name});`).join('\n'))
      .join('\n');
    writeFileSync(path.join(root, 'main.rs'), `${modules}\nfn main() {\n${prints}\n}\n`);
    files.forEach((content, index) => {
      writeFileSync(path.join(root, `identity${index}.rs`), content);
    });
    execFileSync('rustfmt', ['--check', '--edition', '2024', ...files.map((_, i) => `identity${i}.rs`)], { cwd: root });
    execFileSync('rustc', ['-D', 'warnings', '--edition', '2024', '-o', 'print-rust', 'main.rs'], { cwd: root });
    return execFileSync(path.join(root, 'print-rust'), { encoding: 'utf8' });
  },
};

describe('emitIdentity', () => {
  it.each(LANGUAGES)('gives the compiler exactly what the manifest says: %s', (language) => {
    const manifests = HARD.map((text) => manifest({ name: text, author: text, description: text }));
    const output = PRINTERS[language](manifests.map((one) => emitIdentity(language, one).content));
    const values = manifests.flatMap((one) => ['my-plugin', one.name, '0.1.0', one.author, one.description, '', '']);
    expect(output.split('\0').slice(0, -1)).toEqual(values);
  });

  it.each(LANGUAGES)('writes one line per constant for any text: %s', (language) => {
    const lines = emitIdentity(language, manifest()).content.split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const { content } = emitIdentity(language, manifest({ author: text }));
        expect(content.replaceAll(/=\n {4}/g, '= ').split('\n').length).toBe(lines);
        expect(content).not.toMatch(/[\u202a-\u202e\u2066-\u2069\ufeff]/u);
      }),
    );
  });

  it('tells a host with flags what the plugin can do, and the lowest schema version for it', () => {
    const text = (language: Language, capabilities: readonly string[], host = 'cliproxy') =>
      emitIdentity(language, manifest({ host, capabilities })).content;
    const c = text('c', ['executor', 'management_api']);
    expect(c).toMatch(/^#define CPEX_PLUGIN_SCHEMA_VERSION +1$/m);
    expect(c.match(/^#define CPEX_CAN_\w+ +1$/gm)?.map((line) => line.split(/ +/)[1])).toEqual([
      'CPEX_CAN_EXECUTOR',
      'CPEX_CAN_MANAGEMENT_API',
    ]);
    expect(c.match(/^#define CPEX_CAN_\w+ +0$/gm)).toHaveLength(18);
    expect(text('c', ['request_lifecycle_plugin'])).toMatch(/^#define CPEX_PLUGIN_SCHEMA_VERSION +2$/m);
    // A revision that lacks a capability: the bindings, which are the same for all, still ask for its flag.
    for (const language of ['c', 'rust'] as const) {
      const [lifecycle] =
        text(language, ['executor'], 'cliproxy@v7.2.28').match(/CAN_REQUEST_LIFECYCLE_PLUGIN.*/) ?? [];
      expect(lifecycle).toMatch(/ (0|false;)$/);
    }
    const rust = text('rust', ['request_lifecycle_plugin']);
    expect(rust).toContain('pub const PLUGIN_SCHEMA_VERSION: u64 = 2;\n');
    expect(rust).toContain('pub const CAN_REQUEST_LIFECYCLE_PLUGIN: bool = true;\n');
    expect(rust).toContain('pub const CAN_EXECUTOR: bool = false;\n');
    const go = text('go', ['management_api', 'request_lifecycle_plugin']);
    expect(go).toContain('const PluginSchemaVersion = 2\n');
    // In the order of the contract, whatever that of cpex.yaml.
    expect(go).toContain('\trequestLifecyclePlugin RequestLifecyclePlugin,\n\tmanagementAPI ManagementAPI,\n');
    for (const language of LANGUAGES) expect(text(language, ['hook:elicit'], 'cpex')).not.toMatch(/schema.?version/i);
  });

  it('carries the notice of all generated files', () => {
    for (const language of LANGUAGES) expect(emitIdentity(language, manifest()).content).toContain(GENERATED_NOTICE);
  });
});

describe('identityDrift', () => {
  const project = (name: string, files: Record<string, string>, rest: Partial<Manifest>) => {
    const folder = path.join(root, name);
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), content);
    }
    return { root: folder, file: path.join(folder, 'cpex.yaml'), manifest: manifest(rest) };
  };
  const identity = (language: Language) => {
    const { path: file, content } = emitIdentity(language, manifest());
    return { [file]: content };
  };

  it('says nothing when all agree', async () => {
    const cmake = 'set_target_properties(my_plugin PROPERTIES OUTPUT_NAME "my-plugin")\n';
    expect(await identityDrift(project('c', { ...identity('c'), 'CMakeLists.txt': cmake }, {}))).toEqual([]);
    const cargo = '[package]\nname = "my-plugin"\nversion = "0.1.0"\n';
    const rust = project('rust', { ...identity('rust'), 'Cargo.toml': cargo }, { language: 'rust' });
    expect(await identityDrift(rust)).toEqual([]);
    const go = project('go-crlf', {}, { language: 'go' });
    const [[file, text] = ['', '']] = Object.entries(identity('go'));
    mkdirSync(path.dirname(path.join(go.root, file)), { recursive: true });
    writeFileSync(path.join(go.root, file), text.replaceAll('\n', '\r\n'));
    expect(await identityDrift(go)).toEqual([]);
  });

  it('names every file that disagrees', async () => {
    const cargo = '[package]\nname = "other"\nversion = "0.2.0"\n';
    const rust = project('rust-off', { ...identity('rust'), 'Cargo.toml': cargo }, { language: 'rust', author: 'Bob' });
    const findings = await identityDrift(rust);
    expect(findings.map((finding) => finding.id)).toEqual([
      'project.identity',
      'project.cargo-version',
      'project.cargo-name',
    ]);
    expect(findings[0]?.evidence).toEqual(['expected pub const PLUGIN_AUTHOR: &str = "Bob";']);
    expect(findings[1]?.evidence).toEqual(['Cargo.toml: 0.2.0', 'cpex.yaml: 0.1.0']);
    const cmake = 'project(x VERSION 0.2.0 LANGUAGES C)\nset_target_properties(x PROPERTIES\n  OUTPUT_NAME other\n)\n';
    const c = project('c-off', { 'CMakeLists.txt': cmake }, {});
    expect((await identityDrift(c)).map(({ id, severity }) => [id, severity])).toEqual([
      ['project.identity', 'warn'],
      ['project.cmake-version', 'warn'],
      ['project.cmake-name', 'info'],
    ]);
    expect((await buildFileDrift(c)).map((finding) => finding.id)).toEqual([
      'project.cmake-version',
      'project.cmake-name',
    ]);
  });

  it('notices a capability that was added to cpex.yaml', async () => {
    const host = { host: 'cliproxy', repository: 'https://github.com/ada/p' };
    const before = emitIdentity('c', manifest({ ...host, capabilities: ['executor'] }));
    const capabilities = ['executor', 'request_lifecycle_plugin'];
    const c = project('c-flags', { [before.path]: before.content }, { ...host, capabilities });
    const [finding] = await identityDrift(c);
    expect(finding).toMatchObject({ id: 'project.identity', severity: 'warn' });
    expect(finding?.evidence?.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'expected #define CPEX_PLUGIN_SCHEMA_VERSION 2',
      'expected #define CPEX_CAN_REQUEST_LIFECYCLE_PLUGIN 1',
    ]);
  });

  it('says when a host wants to know where the sources are and cpex.yaml does not say', async () => {
    const about = async (name: string, rest: Partial<Manifest>) => {
      const { path: file, content } = emitIdentity('c', manifest(rest));
      const findings = await identityDrift(project(name, { [file]: content }, rest));
      return findings.map(({ id, severity }) => [id, severity]);
    };
    const host = { host: 'cliproxy', capabilities: ['executor'] };
    expect(await about('no-repository', host)).toEqual([['project.repository', 'fail']]);
    const repository = placeholderRepository('p');
    expect(await about('placeholder', { ...host, repository })).toEqual([['project.repository', 'info']]);
    expect(await about('repository', { ...host, repository: 'https://github.com/ada/p' })).toEqual([]);
    expect(await about('no-repository-cpex', {})).toEqual([]);
  });

  it('leaves a workspace version and a broken Cargo.toml to Cargo', async () => {
    const cargo = '[package]\nname = "my-plugin"\nversion.workspace = true\n';
    const one = project('rust-ws', { ...identity('rust'), 'Cargo.toml': cargo }, { language: 'rust' });
    expect(await identityDrift(one)).toEqual([]);
    const two = project('rust-broken', { ...identity('rust'), 'Cargo.toml': '[package' }, { language: 'rust' });
    expect(await identityDrift(two)).toEqual([]);
  });
});
