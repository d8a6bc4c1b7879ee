import { afterAll, describe, expect, it } from 'vitest';
import { adopt, folderWith, removeRepositories } from './repository.js';

afterAll(removeRepositories);

const GO_ENTRY = (host: string) => `package main

import "C"

//export ${host}_plugin_init
func ${host}_plugin_init(host, plugin *C.char) C.int { return 0 }

func main() {}
`;

const C_ENTRY = 'int cliproxy_plugin_init(const void *host, void *plugin)\n{\n  return host == plugin;\n}\n';

const RUST_ENTRY = '#[no_mangle]\npub extern "C" fn cliproxy_plugin_init(h: *const u8, p: *mut u8) -> i32 { 0 }\n';

const crate = (name: string, rest = 'version = "1.2.3"\n') =>
  `[package]\nname = "${name}"\n${rest}\n[lib]\ncrate-type = ["cdylib"]\n`;

/** Only looks; what a build would tell is given. */
const told = {
  build: false,
  dryRun: true,
  capabilities: ['usage_plugin'],
  author: 'Ada',
  repository: 'https://github.com/ada/plugin',
} as const;

describe('finds the plugin', () => {
  it('in a Go module, at its root', async () => {
    const folder = folderWith({ 'go.mod': 'module example.org/deep/my-plugin/v3\n', 'main.go': GO_ENTRY('cliproxy') });
    const { manifest } = await adopt(folder, told);
    expect(manifest).toMatchObject({ id: 'my-plugin', language: 'go', host: 'cliproxy', version: '0.1.0' });
    expect(manifest.build).toEqual({ identity: false });
  });

  it('in a Go module in a subfolder, beside a program that loads plugins', async () => {
    const loader = 'package main\n\nimport "C"\n\n// Looks for cliproxy_plugin_init in a library.\nfunc main() {}\n';
    const folder = folderWith({
      'plugin/go.mod': 'module example.org/tidy\n',
      'plugin/cmd/tidy/main.go': GO_ENTRY('cliproxy'),
      'plugin/cmd/loader/main.go': loader,
      'plugin/vendor/other/main.go': GO_ENTRY('cliproxy'),
    });
    const { manifest } = await adopt(folder, told);
    expect(manifest.build).toEqual({ folder: 'plugin', package: './cmd/tidy', identity: false });
    expect(manifest.id).toBe('tidy');
  });

  it('in Go glue that lies in a package of its own', async () => {
    const folder = folderWith({
      'go.mod': 'module example.org/glued\n',
      'abi/abi.go': GO_ENTRY('cliproxy').replace('package main', 'package abi').replace('func main() {}\n', ''),
      'main.go': 'package main\n\nimport _ "example.org/glued/abi"\n\nfunc main() {}\n',
    });
    expect((await adopt(folder, told)).manifest.id).toBe('glued');
  });

  it('in a crate in a subfolder, and by the macro that hides its entry', async () => {
    const folder = folderWith({
      'rust/Cargo.toml': crate('hidden'),
      'rust/src/lib.rs': 'glue::export_plugin!(Hidden);\n',
    });
    const { manifest, found } = await adopt(folder, told);
    expect(manifest).toMatchObject({ id: 'hidden', version: '1.2.3', host: 'cliproxy' });
    expect(manifest.build).toEqual({ folder: 'rust', identity: false });
    expect(found.host?.from).toMatch(/^assumed: nothing tells it from cpex/);
  });

  it('in a workspace, by the name of its crate, with what the workspace states', async () => {
    const folder = folderWith({
      'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n[workspace.package]\nversion = "4.5.6"\nlicense = "MIT"\n',
      'a/Cargo.toml': crate('a-plugin', 'version.workspace = true\nlicense.workspace = true\n'),
      'a/src/lib.rs': RUST_ENTRY,
      'b/Cargo.toml': '[package]\nname = "b"\nversion = "0.0.1"\n',
      'b/src/lib.rs': '',
    });
    const { manifest } = await adopt(folder, told);
    expect(manifest).toMatchObject({ id: 'a-plugin', version: '4.5.6', license: 'MIT' });
    expect(manifest.build).toEqual({ crate: 'a-plugin', identity: false });
  });

  it('in CMake, by variables, subfolders and output names', async () => {
    const folder = folderWith({
      'CMakeLists.txt':
        'project(outer VERSION 1.2)\nset(NAME "my_lib")\nadd_subdirectory( src )\n# add_library(no SHARED no.c)\n',
      'src/CMakeLists.txt':
        'add_library("$NAME" SHARED\n  entry.c)\nset_target_properties($NAME PROPERTIES OUTPUT_NAME "$PROJECT_NAME-plugin" PREFIX "")\n'.replaceAll(
          /\$(\w+)/g,
          (_, name: string) => ['$', '{', name, '}'].join(''),
        ),
      'src/entry.c': C_ENTRY,
      'third_party/x/CMakeLists.txt': 'project(x)\nadd_library(x SHARED x.c)\n',
      'third_party/x/x.c': C_ENTRY,
    });
    const { manifest } = await adopt(folder, told);
    expect(manifest).toMatchObject({ id: 'outer-plugin', language: 'c', version: '1.2.0' });
    expect(manifest.build).toEqual({ target: 'my_lib', identity: false });
  });

  it('for the host that its entry names, also when it is cpex', async () => {
    const folder = folderWith({ 'go.mod': 'module one\n', 'main.go': GO_ENTRY('cpex') });
    const { manifest } = await adopt(folder, { ...told, capabilities: ['hook:tool_pre_invoke'] });
    expect(manifest.host).toBe('cpex');
  });
});

describe('says clearly', () => {
  const two = {
    'go.mod': 'module example.org/two\n',
    'cmd/one/main.go': GO_ENTRY('cliproxy'),
    'cmd/two/main.go': GO_ENTRY('cliproxy'),
    'src/lib.rs': RUST_ENTRY,
    'Cargo.toml': crate('three'),
  };

  it('that several could be meant, and takes the one that is named', async () => {
    await expect(adopt(folderWith(two), told)).rejects.toMatchObject({
      code: 'CPEX_E_ADOPT_SEVERAL',
      evidence: [
        'Go package ./cmd/one (cmd/one/main.go)',
        'Go package ./cmd/two (cmd/two/main.go)',
        'Rust crate three (Cargo.toml)',
      ],
      remedy: 'Name one: cpex adopt --lang go --unit ./cmd/one',
    });
    expect((await adopt(folderWith(two), { ...told, unit: './cmd/two' })).manifest.id).toBe('two');
    expect((await adopt(folderWith(two), { ...told, language: 'rust' })).manifest.id).toBe('three');
    await expect(adopt(folderWith(two), { ...told, unit: 'four' })).rejects.toMatchObject({
      code: 'CPEX_E_ADOPT_NOTHING',
      message: expect.stringMatching(/fits --unit four\.$/) as string,
    });
  });

  it.each([
    [
      'a Makefile and one C file',
      { Makefile: 'all:\n\tcc -shared -o p.so plugin.c\n', 'plugin.c': C_ENTRY },
      ['plugin.c has the entry function', 'Makefile builds it', 'there is no CMakeLists.txt'],
      'add_library(plugin MODULE plugin.c)',
    ],
    [
      'CMake without a shared library',
      { 'CMakeLists.txt': 'project(p)\nadd_library(p STATIC plugin.c)\n', 'plugin.c': C_ENTRY },
      ['no CMakeLists.txt has add_library'],
      'add_library(plugin MODULE plugin.c)',
    ],
    [
      'a crate that is no cdylib',
      { 'Cargo.toml': '[package]\nname = "p"\nversion = "1.0.0"\n', 'src/lib.rs': RUST_ENTRY },
      ['no Cargo.toml declares a library of the type cdylib'],
      'crate-type = ["cdylib"]',
    ],
    ['Go without a module', { 'main.go': GO_ENTRY('cliproxy') }, ['there is no go.mod'], 'go mod init'],
    [
      'Go that only mentions the entry',
      { 'go.mod': 'module p\n', 'main.go': 'package main\n\n// cliproxy_plugin_init\nfunc main() {}\n' },
      ['no main package exports it'],
      '//export',
    ],
    [
      'nothing at all',
      { 'README.md': 'Hello.' },
      ['no source file holds cpex_plugin_init or cliproxy_plugin_init'],
      'cpex new',
    ],
  ])('what is in the way: %s', async (_case, files, evidence, remedy) => {
    const error: unknown = await adopt(folderWith(files), told).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CPEX_E_ADOPT_NOTHING', exit: 2 });
    const { evidence: said, remedy: advice } = error as { evidence: string[]; remedy: string };
    for (const part of evidence) expect(said.join('\n')).toContain(part);
    expect(advice).toContain(remedy);
  });

  it('that a broken build file says nothing', async () => {
    const folder = folderWith({ 'Cargo.toml': '[package\n', 'src/lib.rs': RUST_ENTRY });
    await expect(adopt(folder, told)).rejects.toMatchObject({ code: 'CPEX_E_ADOPT_NOTHING' });
  });

  it('that the folder is not there', async () => {
    const folder = folderWith({});
    await expect(adopt(folder, { ...told, folder: 'gone' })).rejects.toMatchObject({ code: 'CPEX_E_USAGE' });
  });
});
