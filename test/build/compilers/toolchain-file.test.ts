import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CompilerChoice } from '../../../src/build/build-model.js';
import { crossFiles, toolchainFile } from '../../../src/build/toolchains/cmake-toolchain-file.js';
import type { TargetName } from '../../../src/model/target.js';
import { TARGETS } from '../../../src/project/targets/table.js';
import { freshFolder, missingFor, removeFolders } from '../projects.js';
import { FakeTools, needsLinux } from './fake-tools.js';

afterAll(removeFolders);

const gcc = (file: string): CompilerChoice => ({
  source: 'cross-gcc',
  tool: { name: 'gcc', version: '12.2.0', path: file },
  argv: [file],
  why: 'a test',
});

/** The variables that cmake reads from the file, by cmake itself. */
function variables(folder: string, target: TargetName, choice: CompilerChoice, cpp = false): Map<string, string> {
  for (const file of crossFiles(folder, TARGETS[target], choice, cpp)) writeFileSync(file.path, file.text);
  const names = ['SYSTEM_NAME', 'SYSTEM_PROCESSOR', 'C_COMPILER', 'CXX_COMPILER', 'AR', 'RANLIB', 'INSTALL_NAME_TOOL'];
  const script = path.join(folder, 'print.cmake');
  const lines = names.map((name) => `message("${name}=\${CMAKE_${name}}")`);
  writeFileSync(script, [`include("${toolchainFile(folder)}")`, ...lines].join('\n'));
  const said = execFileSync('sh', ['-c', 'cmake -P "$0" 2>&1', script], { encoding: 'utf8' });
  return new Map(
    said
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const lack = needsLinux ?? missingFor('c');
describe.skipIf(lack !== undefined)(`a toolchain file for cmake${lack === undefined ? '' : ` (${lack})`}`, () => {
  it('names the system, and a compiler whose path has blanks, quotes and dollar signs', () => {
    const file = '/opt/a "b" $HOME $X\\c/aarch64-linux-gnu-gcc';
    const set = variables(freshFolder(), 'linux-arm64', gcc(file));
    expect(set.get('SYSTEM_NAME')).toBe('Linux');
    expect(set.get('SYSTEM_PROCESSOR')).toBe('aarch64');
    expect(set.get('C_COMPILER')).toBe(file);
    expect(set.get('AR')).toBe('');
  });

  it("has the compiler for C++ beside gcc's when there are such sources and it is installed", () => {
    const tools = new FakeTools();
    const choice = gcc(tools.gcc('x86_64-w64-mingw32-gcc'));
    const compiler = (cpp: boolean) => variables(freshFolder(), 'windows-x64', choice, cpp).get('CXX_COMPILER');
    expect(compiler(true)).toBe('');
    const cpp = tools.gcc('x86_64-w64-mingw32-g++');
    expect(compiler(true)).toBe(cpp);
    expect(compiler(false)).toBe(choice.tool.path);
  });

  it("comes with zig's archiver, and its compiler for C++ where there are such sources", async () => {
    const tools = new FakeTools();
    const zig = tools.zig();
    const choice = await tools.choose('darwin-arm64');
    const folder = freshFolder();
    const set = variables(folder, 'darwin-arm64', choice, true);
    expect(set.get('C_COMPILER')).toBe(choice.wrapper?.path);
    expect(readFileSync(set.get('AR') ?? '', 'utf8')).toContain(`'${zig}' 'ar'`);
    expect(readFileSync(set.get('RANLIB') ?? '', 'utf8')).toContain(`'${zig}' 'ranlib'`);
    expect(readFileSync(set.get('CXX_COMPILER') ?? '', 'utf8')).toContain(`'${zig}' 'c++' '-target' 'aarch64-macos`);
    expect(set.get('INSTALL_NAME_TOOL')).not.toBe('');
    expect(variables(folder, 'darwin-arm64', choice).get('CXX_COMPILER')).toBe(choice.wrapper?.path);
  });
});
