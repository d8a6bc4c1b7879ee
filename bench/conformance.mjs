// `cpex test`: how long it takes, whose time that is, and what one process of the probe costs.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { run, runAlone } from './support/cost.mjs';
import { cpex, measured, repository } from './support/package.mjs';
import { digits, main, milliseconds, ratioRow } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { compileEcho, has, inWorkspace, makeProject } from './support/workspace.mjs';

const NAMES = { c: 'C', go: 'Go', rust: 'Rust' };

/** Milliseconds that a child of the probe may take, spawn included. */
const CHILD_LIMITS = { c: 5, go: 8, rust: 5 };

/** Milliseconds that a level may take on two cores. */
const LEVEL_LIMITS = { 5: 2000, 7: 10_000 };

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const rows = [...(await levels(folder, quick ? 1 : 3)), ...(await children(folder, quick ? 1 : 50))];
    return { title: 'Conformance tests', rows };
  });
}

/** Whole runs, on a plugin without SDK and on a new project. */
async function levels(folder, rounds) {
  const plugin = compileGood(folder);
  const project = has('cmake') ? makeProject('c', path.join(folder, 'project')) : undefined;
  const arms = {};
  for (const level of Object.keys(LEVEL_LIMITS)) {
    const words = [cpex, 'test', '--level', level, '--seed', '1'];
    arms[`level ${level}, a plugin in C`] = () => cost([...words, plugin], folder);
    if (project !== undefined) arms[`level ${level}, a new project in C`] = () => cost([...words], project);
  }
  const samples = await interleave(arms, rounds);
  return Object.entries(samples).flatMap(([what, some]) => {
    const limit = LEVEL_LIMITS[/\d+/.exec(what)[0]];
    const wall = best(some.map((one) => one.wall));
    const least = some.reduce((one, other) => (other.all < one.all ? other : one));
    return [
      { what, measured: milliseconds(wall), value: wall, shown: '', limit, budget: `≤ ${limit / 1000} s` },
      ratioRow(
        `${what}: CPU of cpex itself, of ${milliseconds(least.all)} in all`,
        milliseconds(least.own),
        least.own / least.all,
      ),
    ];
  });
}

/** Wall and CPU time of a run, the plugin's processes included; then that of cpex alone in another. */
function cost(argv, cwd) {
  const { wall, cpu } = run([process.execPath, ...argv], { cwd });
  return { wall, all: cpu, own: runAlone(argv, { cwd }).cpu };
}

/** Compiled as the self-test does it. */
function compileGood(folder) {
  const home = path.join(folder, 'good');
  mkdirSync(home);
  const library = path.join(home, 'plugin.so');
  const corpus = path.join(measured, 'native', 'corpus', 'c');
  const flags = ['-shared', '-fPIC', '-O1', '-w', '-pthread', '-fvisibility=hidden', '-I', corpus];
  execFileSync('cc', [...flags, '-o', library, path.join(corpus, 'good.c')]);
  return library;
}

/** One process of the probe, from spawn to its end, with a registration in between. */
async function children(folder, rounds) {
  const start = await probeStarter(folder);
  const arms = { bare: () => spent(() => execFileSync('/bin/true')) };
  for (const language of Object.keys(NAMES)) {
    const plugin = compileEcho(language, folder);
    if (plugin !== undefined) arms[language] = () => spent(() => wholeLife(start, plugin));
  }
  const { bare, ...languages } = await interleave(arms, rounds);
  return [
    { what: '`/bin/true`, started by Node', measured: milliseconds(best(bare)) },
    ...Object.entries(languages).map(([language, walls]) => {
      const limit = CHILD_LIMITS[language];
      return {
        what: `process of the probe, ${NAMES[language]} plugin, spawn to end`,
        measured: milliseconds(best(walls)),
        value: best(walls),
        shown: `${digits(best(walls) / best(bare))} ×`,
        limit,
        budget: `≤ ${limit} ms`,
      };
    }),
  ];
}

async function spent(work) {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function wholeLife(start, plugin) {
  const session = await start(plugin);
  await session.call('plugin.register', Buffer.from('{}')).end;
  await session.stop();
}

/** Sessions of the probe, bundled from the sources. */
async function probeStarter(folder) {
  const outfile = path.join(folder, 'probe.cjs');
  await esbuild.build({
    absWorkingDir: repository,
    stdin: {
      contents: `export { probeEngineFor } from './src/build/probe-engine.ts'; export { hostTarget } from './src/project/targets/host.ts';`,
      resolveDir: repository,
      loader: 'ts',
    },
    bundle: true,
    external: ['koffi'],
    platform: 'node',
    target: 'node20.19',
    // The package root is found from the file's own place.
    logLevel: 'error',
    define: { __dirname: JSON.stringify(path.join(repository, 'dist')) },
    format: 'cjs',
    outfile,
  });
  const { probeEngineFor, hostTarget } = (await import(pathToFileURL(outfile).href)).default;
  const context = {
    cwd: folder,
    env: process.env,
    emit: () => {},
    signal: new AbortController().signal,
    interactive: false,
  };
  const engine = probeEngineFor(hostTarget(), {}, context);
  const long = 120_000;
  return (artefact) =>
    engine.start({
      artefact,
      target: hostTarget().name,
      native: { entry: 'cpex_plugin_init', abiVersion: 1 },
      cwd: folder,
      deadlines: { start: long, call: long, stop: long },
      services: { answer: async () => ({ code: 1, body: Buffer.alloc(0) }) },
    });
}

await main(import.meta.url, measure);
