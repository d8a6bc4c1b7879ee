// docs/conformance.md from the catalogue of tests, and the anchors of the clauses that it links to.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The pages that state clauses. */
export const CLAUSE_PAGES = [
  'docs/abi.md',
  'docs/hosts/cliproxy.md',
  'docs/hosts/go-plugin.md',
  'docs/hosts/console.md',
  'docs/hosts/tau.md',
].filter((page) => existsSync(path.join(root, page)));

const CLAUSE = '(?:ABI|CPA|GOP|CON|TAU)-[A-Z]+-\\d+';

/** A page with an anchor behind the name of each clause, where it is stated. */
export function withAnchors(text) {
  return text.replace(
    new RegExp(`^((?:- )?\\*\\*(${CLAUSE})\\*\\*)(?:<a id="[^"]*"></a>)?`, 'gm'),
    (_, name, clause) => `${name}<a id="${clause.toLowerCase()}"></a>`,
  );
}

async function listing() {
  // Inside the package, so that what is imported by name is found.
  const folder = mkdtempSync(path.join(root, 'node_modules', '.cpex-docs-'));
  const outfile = path.join(folder, 'list.mjs');
  try {
    await esbuild.build({
      stdin: {
        contents: `export * from './src/testing/list.ts'; export * from './src/report/level-names.ts'; export * from './src/testing/conformance/cannot-claim.ts'; export * from './src/testing/conformance/durations.ts';`,
        resolveDir: root,
        loader: 'ts',
      },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const cell = (text) => String(text).replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

/** Where each clause is stated, as links from docs/. */
function clauseLinks() {
  const links = new Map();
  for (const page of CLAUSE_PAGES) {
    const text = readFileSync(path.join(root, page), 'utf8');
    for (const [, clause] of text.matchAll(new RegExp(`\\*\\*(${CLAUSE})\\*\\*`, 'g'))) {
      if (!links.has(clause)) links.set(clause, `${path.relative('docs', page)}#${clause.toLowerCase()}`);
    }
  }
  return links;
}

function row({ id, title, catches, detect, engines, profiles, hosts, budgetMs, inPassing }, link) {
  const own = hosts === undefined ? '' : ` (${hosts.join(', ')} only)`;
  const passing = inPassing ? ' Runs at every level.' : '';
  const { cpex, cliproxy } = profiles;
  const clauses = [...new Set([cpex?.clause, cliproxy?.clause].filter(Boolean))].map(link).join(', ');
  const does = `<a id="${id}"></a>\`${id}\`${own}`;
  const cells = [
    does,
    `${title}.${passing}`,
    catches,
    detect,
    engines.join(' '),
    cpex?.severity ?? '–',
    cliproxy?.severity ?? '–',
    `${budgetMs} ms`,
    clauses,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** A row of the tests over other transports than the native one. */
function processRow({ id, title, catches, detect, profiles, level, budgetMs }, link) {
  const [{ severity, clause }] = Object.values(profiles);
  const cells = [`<a id="${id}"></a>\`${id}\``, Object.keys(profiles).join(', '), level, `${title}.`, catches, detect];
  return `| ${[...cells, severity, `${budgetMs} ms`, link(clause)].map(cell).join(' | ')} |`;
}

function processSection(tests, link) {
  if (tests.length === 0) return '';
  return `## Plugins that are processes

Judged over the transport of their host, each test in a process of the plugin's own.

| id | hosts | level | a good plugin | catches | seen by | weight | time | clause |
| --- | --- | ---: | --- | --- | --- | --- | ---: | --- |
${tests.map((test) => processRow(test, link)).join('\n')}

`;
}

/** The whole page. */
export async function conformancePage() {
  const { listedTests, ENGINE_NAMES, LEVEL_NAMES, CANNOT_CLAIM, USUAL, LONG, BRIEF } = await listing();
  const links = clauseLinks();
  const link = (clause) => {
    const target = links.get(clause);
    if (target === undefined) throw new Error(`No page states the clause ${clause}.`);
    return `[${clause}](${target})`;
  };
  const all = listedTests();
  const isNative = ({ transports = ['native'] }) => transports.includes('native');
  const tests = all.filter(isNative);
  const levels = [...new Set(tests.map(({ level }) => level))].sort((one, other) => one - other);
  const sections = levels.map((level) =>
    [
      `### Level ${level}: ${LEVEL_NAMES[level]}`,
      '',
      '| id | a good plugin | catches | seen by | engines | cpex | cliproxy | time | clause |',
      '| --- | --- | --- | --- | --- | --- | --- | ---: | --- |',
      ...tests.filter((test) => test.level === level).map((test) => row(test, link)),
    ].join('\n'),
  );
  const letters = Object.entries(ENGINE_NAMES).map(([letter, name]) => `${letter} (${name})`);
  const waits = Object.keys(USUAL).map((key) => `| \`${key}\` | ${BRIEF[key]} | ${USUAL[key]} | ${LONG[key]} |`);
  return `<!-- Generated by scripts/docs.mjs. Do not edit. -->

# Conformance

\`cpex test\` judges a plugin from outside, each test in a process of its own. This page lists every test: what a good
plugin does, what a broken one does, how the host sees it, what it weighs, and the clause that it stands on. An id never
changes its meaning. \`cpex test --list\` prints the same; \`cpex test --list --json\` is for machines.

| command | what it does |
| --- | --- |
| \`cpex test\` | everything up to level 5, or the level that \`test.level\` of \`cpex.yaml\` names |
| \`cpex test --level N\` | everything up to level N; 1 and 2 for every build, 5 for each commit, 7 before a release, 10 by night |
| \`cpex test --only "mem.*"\` | some tests, at whatever level they are |
| \`cpex test --skip ID\` | all but some; a reason that should stay belongs into \`test.skip\` of \`cpex.yaml\`, where reports quote it |
| \`cpex test --repeat 20\` | each test 20 times; one whose runs differ is flaky |
| \`cpex test --seed N\` | the same random choices again; every report names its seed |
| \`cpex test --selftest\` | shows that each of these tests fires on a plugin that is broken in its way, and on no good one |

## After a failure

A test that fails leaves a file with what it takes to see it again: the library's digest, the test, the seed, host and
revision, tools, the part of the environment that matters and the last messages that crossed; secrets are taken out
(\`schemas/repro.json\`). It lies in \`.cpex/repro\` of the project, for a bare library in cpex's cache folder, or where
\`--repro FOLDER\` says; the report prints the command that replays it.

| command | what it does |
| --- | --- |
| \`cpex test --replay FILE\` | runs that test again, in its project on the present sources, elsewhere on the library that failed or one that is named |
| \`cpex test --debug --only ID\` | runs one test of the debug build in the foreground under gdb, else lldb, without time limits; it stops where the plugin begins |
| \`cpex test --baseline OLD.so\` | compares registration, capabilities, answers and exports with an older build, and says which step of the version is owed |
| \`cpex test --reporter trace=FILE\` | writes every call for Perfetto or chrome://tracing |
| \`cpex test --reporter html=FILE\` | writes the report as one page |
| \`cpex test --reporter badge=FILE.svg\` | writes a picture for a README; without a file, a line of Markdown |

## Verdicts

| verdict | means | breaks the run |
| --- | --- | --- |
| pass | the result is there, with a token over a private channel, and the process ended cleanly | no |
| warn | a finding that the host can live with | no |
| fail | the plugin broke a clause | yes |
| crash | its process died; the evidence names the call, the signal and, where they can be had, the frames | yes |
| hang | it did not return in time; the evidence names its threads and where they wait | yes |
| skip | not run, with the reason: not asked for, or something that the machine lacks | no |
| flaky | runs of the same test differ | yes |
| harness-fault | our own host failed, twice | yes |

A run in which nothing ran fails. A test that needs another one (\`needs\` in the list) is left out when that failed, so a
plugin that dies in every call is told once. What a test weighs is data: the columns \`cpex\` and \`cliproxy\` say it for each
host, and \`–\` that the test means nothing there.

## The tests

Engines: ${letters.join(', ')}.

The C probe judges wherever a C compiler is; tests that it alone can judge are left out by name elsewhere. The time is what a test usually takes at most with a C plugin.

${sections.join('\n\n')}

${processSection(
  all.filter((test) => !isNative(test)),
  link,
)}## How long tests wait and repeat

Milliseconds, or a number of rounds or calls. The self-test takes the shortest, because its defects are strong.

| what | self-test | usual | level 10 |
| --- | ---: | ---: | ---: |
${waits.join('\n')}

## What cannot be claimed

No test from outside can show:

${CANNOT_CLAIM.map((line) => `- ${line}`).join('\n')}

The field \`cannotClaim\` of a JSON report says the same.

## Seeing a failure again

Each finding ends with the command that shows it again. A test that failed leaves a bundle: a file with the digest of the
library, the test, the seed, host and revision, toolchain, what matters of the environment, and the trace.
\`cpex test --replay FILE\` runs that test once more; \`cpex test --debug --only ID\` runs it in the foreground under gdb
or lldb. See [commands.md](commands.md#cpex-test) for all flags.
`;
}
