#!/usr/bin/env node
// docs/targets.md: names, compilers and impossible pairs from the sources, and what a run of the matrix
// (test/targets) came to. `--write [RESULTS.json]` writes the page and keeps the measured part where no results
// are given; `--check` compares all but the measured part; `--table RESULTS.json` prints the table for a console.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, 'docs', 'targets.md');
const BEGIN = '<!-- Measured: begin. -->';
const END = '<!-- Measured: end. -->';
const LANGUAGES = { c: 'C', go: 'Go', rust: 'Rust' };

/** The target table and what is decided from it, as the CLI has them. */
async function facts() {
  const { build } = await import('esbuild');
  const from = (file) => JSON.stringify(path.join(root, 'src', file));
  const contents = `
    export { TARGETS } from ${from('project/targets/table.ts')};
    export { parseTarget } from ${from('project/targets/normalise.ts')};
    export { possible } from ${from('project/targets/possible.ts')};
    export { crossCompilerNames } from ${from('build/compilers/cross-gcc.ts')};
    export { compilerVariableName } from ${from('build/compilers/explicit.ts')};
    export { findRunner, runnerVariable } from ${from('runtime/runner.ts')};
    export { TOOLS } from ${from('build/tool-table.ts')};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/");' },
  });
  const text = Buffer.from(outputFiles[0].text).toString('base64');
  return import(`data:text/javascript;base64,${text}`);
}

const code = (text) => `\`${text}\``;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Other spellings of a target; one that the parser does not take for it fails the script. */
function spellings(target, parse) {
  const { go, rust, zig, cmake, libc } = target;
  const node = target.os === 'windows' ? `win32-${target.arch}` : undefined;
  const tools = [
    node,
    ...(go === undefined || libc === 'musl' ? [] : [`${go.os}/${go.arch}`]),
    rust,
    ...(zig === undefined ? [] : [zig, ...(libc === 'glibc' ? [`${zig}.2.17`] : [])]),
    ...(libc === 'musl' || target.arch === 'universal' ? [] : [`${cmake.system}-${cmake.processor}`]),
    ...(target.arch === 'universal' ? ['universal2-apple-darwin', 'macos-universal'] : []),
  ];
  const all = [...new Set(tools.filter((one) => one !== undefined && one !== target.name))];
  for (const one of all) {
    if (parse(one).target.name !== target.name) throw new Error(`${one} is not read as ${target.name}`);
  }
  return all;
}

/** What runs a target's programs on linux-x64. */
async function runsOnLinux(target, { findRunner, TARGETS }) {
  const found = await findRunner(target, { PATH: '' }, {}, TARGETS['linux-x64']);
  if (found.state === 'none') return `nothing: ${found.reason}`;
  if (target.name === 'linux-x64') return 'the machine itself';
  if (target.os === 'windows') return 'wine';
  const loader = target.libc === 'musl' ? "musl's loader" : undefined;
  const qemu = target.arch === 'arm64' ? '`qemu-aarch64`' : undefined;
  return [qemu, loader].filter(Boolean).join(' with ');
}

async function staticPart() {
  const known = await facts();
  const targets = Object.values(known.TARGETS);
  const names = targets.map((target) => [
    code(target.name),
    target.go === undefined || target.libc === 'musl' ? '' : code(`${target.go.os}/${target.go.arch}`),
    target.rust === undefined ? '' : code(target.rust),
    target.zig === undefined ? '' : code(target.zig),
    spellings(target, known.parseTarget)
      .filter((one) => ![target.rust, target.zig].includes(one) && !one.includes('/'))
      .map(code)
      .join(', '),
  ]);
  const compilers = targets
    .filter(({ arch }) => arch !== 'universal')
    .map((target) => {
      const own = target.name === 'linux-x64' ? ['the compiler of the machine'] : [];
      const cross = own.length > 0 ? [] : known.crossCompilerNames(target, 'x64').map(code);
      return [code(target.name), code(known.compilerVariableName(target)), [...own, ...cross, 'zig'].join(', ')];
    });
  const runners = await Promise.all(
    targets.map(async (target) => [
      code(target.name),
      await runsOnLinux(target, known),
      code(known.runnerVariable(target.name)),
    ]),
  );
  const impossible = targets.flatMap((target) =>
    Object.keys(LANGUAGES).flatMap((language) => {
      const judged = known.possible(language, target, 'library');
      return judged.ok ? [] : [[LANGUAGES[language], code(target.name), judged.reason, judged.remedy]];
    }),
  );
  const floors = ['zig', 'cmake', 'go', 'cargo'].map((name) => `${name} ${known.TOOLS[name].floor}`).join(', ');
  return `<!-- Generated by scripts/targets.mjs. Do not edit. -->

# Targets

A target is named \`<os>-<arch>[-musl]\`. \`host\` is the machine that cpex runs on; \`all\` is every target of \`targets:\` in
cpex.yaml, or every one that there is. \`cpex doctor --target all\` says for each language and target what a build on
this machine would use, or the command that brings what is lacking.

## Names

${table(['target', 'Go', 'Rust', 'zig', 'also understood'], names)}

A zig triple with a version of glibc (\`aarch64-linux-gnu.2.17\`) asks for that glibc, too.

## What compiles

The first that there is gets the work, and \`cpex build --verbose\` names it: what the variable of the target names
(\`CC\` for the machine's own target), the compiler of the machine, a cross compiler of the distribution, zig from the
variable \`ZIG\`, from PATH or from the Python wheel \`ziglang\`. A compiler that is there and cannot find the C library's
headers is passed over. From linux-x64:

${table(['target', 'variable', 'looked for, in this order'], compilers)}

C goes through cmake, with one build folder and one toolchain file for each target. Go gets the compiler for cgo. Rust
gets it as its linker, and for macOS uses the linker that every Rust toolchain has (\`rust-lld\`), or lld, with the list
of what libSystem exports from zig or from \`SDKROOT\`; a linker in cargo's own settings comes before all of these. Rust
also needs its standard library for the target: \`rustup target add TRIPLE\`. \`darwin-universal\` is joined by cpex from
\`darwin-x64\` and \`darwin-arm64\`.

The lowest versions that work: ${floors}.

## glibc

A library for a target with glibc needs the glibc that it was linked against, or an older one; the audit reads from the
built file which. \`cpex build --glibc 2.17\`, \`glibc:\` in cpex.yaml or the suffix of a zig triple ask for an older one
than the machine's. zig alone can link against it, so zig is used then. arm64 has no glibc before 2.17.

## What runs it

\`cpex run\` and \`cpex test\` with \`--target\` load a library for another target in the C probe, started through what is
named here for linux-x64. \`--runner\`, the variable of the target and \`runners:\` in cpex.yaml name another command, in
this order. Where nothing runs a target, its library is audited and the result says "built, not run".

${table(['target', 'on linux-x64', 'variable'], runners)}

## Impossible pairs

Refused before any tool starts; \`--target all\` lists them and goes on.

${table(['language', 'target', 'why', 'instead'], impossible)}
`;
}

/** How a pair came out, in a word or two. */
function outcome(pair) {
  if (pair === undefined) return '?';
  const { state, runner, tool = '' } = pair;
  if (state === 'impossible') return 'impossible';
  if (state === 'skipped') return 'skipped';
  if (state === 'failed') return 'FAILED';
  return `${state}${runner === undefined ? '' : ` (${runner})`}, ${tool.split(' ')[0]}`;
}

const pairOf = ({ pairs }, language, target) => pairs.find((one) => one.language === language && one.target === target);
const targetsOf = ({ pairs }) => [...new Set(pairs.map(({ target }) => target))];

/** The table language × target for a console, and why pairs were skipped or not run. */
export function consoleTable(results) {
  const rows = [
    ['', ...Object.values(LANGUAGES)],
    ...targetsOf(results).map((target) => [
      target,
      ...Object.keys(LANGUAGES).map((language) => outcome(pairOf(results, language, target))),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  const why = reasons(results).map(([reason, pairs]) => `${reason}: ${pairs.join(', ')}`);
  return [...lines, `time of the build: ${times(results).join(', ')}`, ...why].join('\n');
}

/** How long the one build of each language took, from its begin to the end of its last target. */
function times({ pairs }) {
  return Object.entries(LANGUAGES).flatMap(([language, name]) => {
    const seconds = pairs.filter((one) => one.language === language).map((one) => one.seconds ?? 0);
    return seconds.some((one) => one > 0) ? [`${name} ${Math.round(Math.max(...seconds))} s`] : [];
  });
}

/** Why pairs were skipped or only built, with the pairs: `C/Go × linux-arm64`. */
function reasons({ pairs }) {
  const found = new Map();
  for (const { language, target, state, reason } of pairs) {
    if (reason === undefined || state === 'impossible') continue;
    const key = `${state === 'built' ? 'built, not run' : state}: ${reason.replace(/\.$/, '')}`;
    const targets = found.get(key) ?? new Map();
    targets.set(target, [...(targets.get(target) ?? []), LANGUAGES[language]]);
    found.set(key, targets);
  }
  return [...found].map(([key, targets]) => [
    key,
    [...targets].map(([target, names]) => `${names.join('/')} × ${target}`),
  ]);
}

function measuredPart(results) {
  const size = (bytes) => (bytes === undefined ? '' : `${Math.round(bytes / 1024)} KiB`);
  const cell = (pair) => [outcome(pair), ...(pair?.size === undefined ? [] : [size(pair.size)])].join(', ');
  const rows = targetsOf(results).map((target) => [
    code(target),
    ...Object.keys(LANGUAGES).map((language) => cell(pairOf(results, language, target))),
  ]);
  const tools = Object.entries(results.tools).map(([name, version]) => `${name} ${version}`);
  return `
## Measured

A new project of each language, built for every target by one command on ${results.host}, audited, and tested with
\`cpex test\` where something runs it ("run"; without a name, the machine itself).

Measured on ${results.date} with ${tools.join(', ')}.

${table(['target', ...Object.values(LANGUAGES)], rows)}

${reasons(results)
  .map(([reason, pairs]) => `- ${reason} (${pairs.join(', ')})`)
  .join('\n')}
`;
}

const readPage = () => (existsSync(page) ? readFileSync(page, 'utf8') : '');
const measuredIn = (text) =>
  text.includes(BEGIN) ? text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)) : '\n';

async function main([command, file]) {
  if (command === '--table') return console.log(consoleTable(JSON.parse(readFileSync(file, 'utf8'))));
  const before = readPage();
  const measured = file === undefined ? measuredIn(before) : measuredPart(JSON.parse(readFileSync(file, 'utf8')));
  const text = `${await staticPart()}\n${BEGIN}${measured}${END}\n`;
  if (command === '--write') return writeFileSync(page, text);
  if (command !== '--check') throw new Error('--write [RESULTS.json], --check or --table RESULTS.json');
  if (text !== before) {
    console.error('docs/targets.md is stale: run node scripts/targets.mjs --write');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
