import type { WorkflowOptions, WorkflowPart } from './model.js';
import { crossNeeds, type Job, LINUX, nativeJobs, ZIG } from './runners.js';

/** Target that stands in each line of a job which a matrix repeats. */
const EACH = `\${{ matrix.target }}`;

/**
 * A workflow for GitHub: a job that builds and tests, for every target on a machine of its own kind or for
 * all on one Linux machine, and one that packages what a tag names.
 */
export function githubWorkflow(options: WorkflowOptions): WorkflowPart[] {
  return [
    region('about', about(options)),
    own([
      '',
      'name: cpex',
      '',
      'on:',
      '  push:',
      '  pull_request:',
      '',
      'permissions:',
      '  contents: read',
      '',
      'jobs:',
    ]),
    region('build', options.cross ? crossJob(options) : matrixJob(options)),
    own(['      # Steps of yours that must come before the build, such as libraries to install, can stand here.']),
    region('steps', options.cross ? crossSteps(options) : matrixSteps(options)),
    own(['']),
    region('package', packageJob(options)),
  ];
}

function own(lines: readonly string[]): WorkflowPart {
  return { kind: 'own', text: joined(lines) };
}

function region(name: string, lines: readonly string[]): WorkflowPart {
  return { kind: 'region', name, text: joined(lines) };
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function about({ madeBy }: WorkflowOptions): string[] {
  return [
    `# Made by: ${madeBy}`,
    '# Run that again after a change of targets or with a newer cpex; other flags choose other targets.',
    '# The lines between two marks are written by cpex. All others are yours and stay as they are.',
  ];
}

function matrixJob(options: WorkflowOptions): string[] {
  const jobs = nativeJobs(options);
  return [
    '  build:',
    `    name: ${EACH}`,
    `    runs-on: \${{ matrix.runner }}`,
    ...inFolder(options),
    '    strategy:',
    '      fail-fast: false',
    '      matrix:',
    '        include:',
    ...jobs.flatMap((job) => matrixEntry(job)),
    '    steps:',
    ...checkout(),
    ...languageSteps(options),
    ...matrixTools(jobs),
    ...installCpex(options),
  ];
}

function matrixEntry({ target, runner, packages, zig, triples }: Job): string[] {
  const lines = [`- target: ${target}`, `  runner: ${runner}`];
  if (packages.length > 0) lines.push(`  packages: ${packages.join(' ')}`);
  if (zig) lines.push('  zig: true');
  if (triples.length > 0) lines.push(`  rust: ${triples.join(' ')}`);
  return lines.map((line) => `          ${line}`);
}

function matrixTools(jobs: readonly Job[]): string[] {
  return [
    ...(jobs.some(({ packages }) => packages.length > 0) ? aptStep(`\${{ matrix.packages }}`, 'matrix.packages') : []),
    ...(jobs.some(({ zig }) => zig) ? zigSteps('matrix.zig') : []),
    ...(jobs.some(({ triples }) => triples.length > 0) ? rustTargets(`\${{ matrix.rust }}`) : []),
  ];
}

function matrixSteps(options: WorkflowOptions): string[] {
  return steps([
    [`run: cpex build --target ${EACH}`],
    [`run: cpex test --target ${EACH} --reporter github --reporter junit=report.xml`],
    upload(`plugin-${EACH}`, 'dist/', options),
  ]);
}

function crossJob(options: WorkflowOptions): string[] {
  const { runner, packages, zig, triples } = crossNeeds(options);
  return [
    '  build:',
    `    runs-on: ${runner}`,
    ...inFolder(options),
    '    steps:',
    ...checkout(),
    ...languageSteps(options),
    ...(packages.length > 0 ? aptStep(packages.join(' ')) : []),
    ...(zig ? zigSteps() : []),
    ...(triples.length > 0 ? rustTargets(triples.join(' ')) : []),
    ...installCpex(options),
  ];
}

function crossSteps(options: WorkflowOptions): string[] {
  const { targets } = options;
  return steps([
    [`run: cpex build${targets.map((target) => ` --target ${target}`).join('')}`],
    ...targets.map((target) => [
      `run: cpex test --target ${target} --reporter github --reporter junit=report-${target}.xml`,
    ]),
    upload('plugin-all', 'dist/', options),
  ]);
}

function packageJob(options: WorkflowOptions): string[] {
  return [
    '  package:',
    "    if: startsWith(github.ref, 'refs/tags/')",
    '    needs: build',
    `    runs-on: ${LINUX}`,
    ...inFolder(options),
    '    steps:',
    ...checkout(),
    ...installCpex(options),
    ...steps([
      [
        'uses: actions/download-artifact@v4',
        'with:',
        '  pattern: plugin-*',
        `  path: ${inRepository('dist', options)}`,
        '  merge-multiple: true',
      ],
      ['run: cpex package --target all --no-build'],
      upload('release', 'dist/package/', options),
    ]),
  ];
}

function inFolder({ folder }: WorkflowOptions): string[] {
  return folder === '.' ? [] : ['    defaults:', '      run:', `        working-directory: ${JSON.stringify(folder)}`];
}

/** Actions count paths from the repository's top, not from the working folder. */
function inRepository(name: string, { folder }: WorkflowOptions): string {
  return folder === '.' ? name : JSON.stringify(`${folder}/${name}`);
}

function checkout(): string[] {
  return steps([
    ['uses: actions/checkout@v4', 'with:', '  persist-credentials: false'],
    ['uses: actions/setup-node@v4', 'with:', '  node-version: 20'],
  ]);
}

function languageSteps({ language }: WorkflowOptions): string[] {
  switch (language) {
    case 'go':
      return steps([['uses: actions/setup-go@v5', 'with:', '  go-version: stable']]);
    case 'rust':
      return steps([
        ['run: rustup toolchain install stable --profile minimal --no-self-update'],
        // The one that the project names, where it names another.
        ['run: rustup toolchain install --profile minimal --no-self-update'],
      ]);
    case 'c':
      return steps([['run: pipx install ninja']]);
  }
}

function aptStep(packages: string, condition?: string): string[] {
  return steps([
    [
      ...(condition === undefined ? [] : [`if: ${condition}`]),
      `run: sudo apt-get update && sudo apt-get install --yes ${packages}`,
    ],
  ]);
}

function zigSteps(condition?: string): string[] {
  const only = condition === undefined ? [] : [`if: ${condition}`];
  return steps([
    [...only, 'uses: actions/setup-python@v5', 'with:', "  python-version: '3.x'"],
    [...only, `run: pip install ziglang==${ZIG}`],
  ]);
}

function rustTargets(triples: string): string[] {
  return steps([[`run: rustup target add ${triples}`]]);
}

function installCpex({ cpex }: WorkflowOptions): string[] {
  return steps([[`run: npm install --global cpex@${cpex}`]]);
}

function upload(name: string, what: string, options: WorkflowOptions): string[] {
  return [
    'uses: actions/upload-artifact@v4',
    'with:',
    `  name: ${name}`,
    `  path: ${inRepository(what, options)}`,
    '  if-no-files-found: error',
  ];
}

/** Each step's first line begins a list entry of a job. */
function steps(all: readonly (readonly string[])[]): string[] {
  return all.flatMap(([first = '', ...rest]) => [`      - ${first}`, ...rest.map((line) => `        ${line}`)]);
}
