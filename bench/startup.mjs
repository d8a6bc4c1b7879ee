// What it costs to start cpex, in CPU time, against `node -e 0` in the same run.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { run, runAlone } from './support/cost.mjs';
import { cpex } from './support/package.mjs';
import { main, milliseconds, ratioRow } from './support/report.mjs';
import { interleave, median } from './support/samples.mjs';
import { compileEcho, inWorkspace, makeProject } from './support/workspace.mjs';

const node = process.execPath;

/** Answered from files that were made when cpex was built. */
const QUICK = [['--version'], ['--help'], ['build', '--help']];
const LIGHT = [
  ['explain', 'CPEX_E_USAGE'],
  ['completion', 'bash'],
  ['list', '--dir', 'plugins'],
];

/** Commands that need project, build, audit or the reference host. */
const HEAVY = [
  { words: ['build'], in: 'project', needs: 'listr2 on a terminal, execa, the audit' },
  { words: ['check', 'echo-c.so'], in: 'folder' },
  { words: ['doctor'], in: 'project' },
  { words: ['run', 'plugin.register'], in: 'project' },
];

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const rounds = quick ? 1 : 25;
    mkdirSync(path.join(folder, 'plugins'));
    compileEcho('c', folder);
    const places = { folder, project: makeProject('c', folder) };
    const start = await startRows(folder, rounds);
    const heavy = await heavyRows(places, path.join(folder, 'code'), quick ? 1 : 15);
    return { title: 'Start', rows: [...start, ...heavy] };
  });
}

/** The whole process, teardown included. */
async function startRows(folder, rounds) {
  const warm = { CPEX_CODE_CACHE: path.join(folder, 'code') };
  let fresh = 0;
  const cold = () => ({ CPEX_CODE_CACHE: path.join(folder, 'cold', String(fresh++)) });
  const arms = { base: () => run([node, '-e', '0'], { cwd: folder }) };
  for (const words of QUICK) arms[words.join(' ')] = () => run([node, cpex, ...words], { cwd: folder, env: warm });
  for (const words of LIGHT) {
    arms[words.join(' ')] = () => run([node, cpex, ...words], { cwd: folder, env: warm });
    arms[`cold ${words.join(' ')}`] = () => run([node, cpex, ...words], { cwd: folder, env: cold() });
  }
  const samples = await interleave(arms, rounds);
  const cpu = (name) => median(samples[name].map((sample) => sample.cpu));
  const row = (what, name, limit) => ratioRow(what, milliseconds(cpu(name)), cpu(name) / cpu('base'), limit);
  return [
    { what: '`node -e 0`', measured: milliseconds(cpu('base')) },
    ...QUICK.map((words) => row(`\`cpex ${words.join(' ')}\``, words.join(' '), 1.2)),
    ...LIGHT.map((words) => row(`\`cpex ${words.join(' ')}\`, warm code cache`, words.join(' '), 2.5)),
    ...LIGHT.map((words) => row(`\`cpex ${words.join(' ')}\`, first run`, `cold ${words.join(' ')}`, 4)),
  ];
}

/** Of these only cpex's own process counts: the tools that it asks cost what they cost. */
async function heavyRows(places, cache, rounds) {
  const env = { CPEX_CODE_CACHE: cache };
  const arms = { base: () => runAlone(['-e', '0']) };
  for (const { words, in: place } of HEAVY) {
    arms[words[0]] = () => runAlone([cpex, ...words], { cwd: places[place], env });
  }
  const samples = await interleave(arms, rounds);
  const cpu = (name) => median(samples[name].map((sample) => sample.cpu));
  return HEAVY.map(({ words }) => {
    const what = `\`cpex ${words.join(' ')}\`${words[0] === 'build' ? ', nothing to do' : ''}, own process, warm`;
    return ratioRow(what, milliseconds(cpu(words[0])), cpu(words[0]) / cpu('base'), 6);
  });
}

await main(import.meta.url, measure);
