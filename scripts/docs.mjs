#!/usr/bin/env node
// docs/commands.md from oclif.manifest.json and the error catalogue, docs/conformance.md from the catalogue of tests,
// the tables of docs/hosts/cpex.md from the code, and the anchors of clauses. `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { CLAUSE_PAGES, conformancePage, withAnchors } from './conformance-page.mjs';
import { PIPELINE_PAGE, withPipelineTables } from './pipeline-table.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What each exit code stands for, by situation. */
const EXITS = [
  [
    0,
    'good',
    'The command did what it was asked to do. `run command VERB` and `run step` pass on the exit code of the command and of the step. `run pipeline`: the hook was answered, a deny included.',
  ],
  [
    1,
    'the plugin is not good',
    '`test`: a test failed, crashed or hung, or nothing ran. `check`: a finding of weight fail. `build`: the compiler failed, or the audit refused the result. `package`: a library or program that is not what cpex.yaml says, or that failed its audit or its trial start. `run`: the plugin answered with an error; `run steps`: a step failed, or a hook did.',
  ],
  [
    2,
    'usage',
    'An unknown command, flag or test; a broken cpex.yaml or case file; missing answers where nobody can be asked; an impossible target.',
  ],
  [
    3,
    'environment',
    'A tool is missing or too old; a folder cannot be written; the disk is full. `doctor`: the language cannot be built here.',
  ],
  [
    4,
    'the plugin failed to start or died',
    '`run`: it could not be loaded, refused to initialise, crashed, ended the process, hung, or gave an answer that is no envelope. `run pipeline`: this holds for one of the plugins, whatever its on_error makes of the run.',
  ],
  [
    5,
    'refused for safety',
    '`install`: wrong architecture, wrong ABI version or host, too new a C library, a trial start that failed, an archive, address or registry that breaks the rules, a digest that differs, a symbolic link in the way, an older version. `run --plugin`: the audit of the file failed.',
  ],
  [70, 'a bug in cpex', 'The only case with a stack trace.'],
  [
    130,
    'interrupted',
    'Ctrl-C or SIGTERM. Children are gone, temporary files removed, what was complete before stays.',
  ],
];

async function errorCodes() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(root, 'src/support/codes/index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const { CODES } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
  return Object.entries(CODES).sort(([a], [b]) => (a < b ? -1 : 1));
}

const cell = (text) =>
  String(text ?? '')
    .replaceAll('|', '\\|')
    .replace(/\s+/g, ' ')
    .trim();

function flagRow(flag) {
  const short = flag.char === undefined ? '' : `\`-${flag.char}\`, `;
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : '';
  const no = flag.allowNo ? `, \`--no-${flag.name}\`` : '';
  const options = flag.options === undefined ? '' : ` One of ${flag.options.map((one) => `\`${one}\``).join(', ')}.`;
  const many = flag.multiple && !/repeatable/i.test(flag.description ?? '') ? ' Repeatable.' : '';
  const fallback = flag.default === undefined || flag.default === false ? '' : ` Default \`${flag.default}\`.`;
  const env = flag.env === undefined ? '' : `\`${flag.env}\``;
  return `| ${short}\`--${flag.name}${value}\`${no} | ${cell(`${flag.summary ?? flag.description ?? ''}${options}${many}${fallback}`)} | ${env} |`;
}

function commandSection([id, command]) {
  const bin = (text) => text.replaceAll('<%= config.bin %>', 'cpex').replaceAll('<%= command.id %>', id);
  const args = Object.values(command.args ?? {});
  const usage =
    typeof command.usage === 'string'
      ? command.usage
      : [
          id,
          ...args.map((arg) => (arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`)),
          '[FLAGS]',
        ].join(' ');
  const lines = [`## cpex ${id}`, '', cell(bin(command.summary ?? '')), '', '```', `cpex ${bin(usage)}`, '```'];
  if (command.description) lines.push('', bin(command.description));
  if (args.length > 0) {
    lines.push('', '| argument | |', '| --- | --- |');
    for (const arg of args) lines.push(`| \`${arg.name.toUpperCase()}\` | ${cell(arg.description)} |`);
  }
  const flags = Object.values(command.flags ?? {}).filter((flag) => !flag.hidden);
  lines.push('', '| flag | | variable |', '| --- | --- | --- |', ...flags.map(flagRow));
  if (command.examples?.length > 0) {
    const examples = command.examples.map((one) => bin(typeof one === 'string' ? one : one.command));
    lines.push('', '```', ...examples, '```');
  }
  return lines.join('\n');
}

/** The whole page. */
export async function commandsPage() {
  const { commands } = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8'));
  const rows = Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1));
  const codes = await errorCodes();
  return `<!-- Generated by scripts/docs.mjs. Do not edit. -->

# Commands

stdout carries the result and nothing else; progress, logs and errors go to stderr. Every command takes \`--json\`
and then prints one object, \`{"v":1,"command":…,"ok":…,"result":…}\` or \`{…,"error":{"code","message",…}}\`.
Every flag has an environment variable; that of a repeatable flag takes several values, parted by commas. That of a flag without a value takes \`1\`, \`true\`, \`yes\` or \`y\`, and \`0\`, \`false\`, \`no\` or \`n\`. Questions are asked only on a terminal, and never when \`CI\` is set.

${rows.map(([id, { summary }]) => `- [\`${id}\`](#cpex-${id}): ${cell(summary)}`).join('\n')}

${rows.map(commandSection).join('\n\n')}

## Exit codes

| code | means | when |
| --- | --- | --- |
${EXITS.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')}

## Error codes

\`cpex explain CODE\` prints the long form.

| code | exit | |
| --- | --- | --- |
${codes.map(([code, entry]) => `| \`${code}\` | ${entry.exit} | ${cell(entry.title)} |`).join('\n')}
`;
}

/** Every page that is generated, or kept in shape, with the text that it has to have. */
async function pages() {
  const kept = CLAUSE_PAGES.map((page) => [page, withAnchors(readFileSync(path.join(root, page), 'utf8'))]);
  return [
    ...kept,
    ['docs/commands.md', await commandsPage()],
    ['docs/conformance.md', await conformancePage()],
    [PIPELINE_PAGE, await withPipelineTables(readFileSync(path.join(root, PIPELINE_PAGE), 'utf8'))],
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [page, text] of await pages()) {
    const file = path.join(root, page);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else {
      console.error(`${page} is stale: run node scripts/docs.mjs`);
      process.exitCode = 1;
    }
  }
}
