// Calls a second of the fuzzers on a plugin that answers at once, and what they would be one value at a time.
import { execFileSync } from 'node:child_process';
import { copyFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { repository } from './support/package.mjs';
import { digits, main, time } from './support/report.mjs';
import { inWorkspace } from './support/workspace.mjs';

/** The good plugin of the self-test without its strict reader: a cheap method. */
const CHEAP = ['-shared', '-fPIC', '-O2', '-w', '-fvisibility=hidden', '-DCHECK(shape)='];

const SEED = 7;

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const library = path.join(folder, 'plugin.so');
    const sources = path.join(repository, 'native', 'corpus', 'c');
    execFileSync('cc', [...CHEAP, '-I', sources, '-o', library, path.join(sources, 'good.c')], { stdio: 'inherit' });
    const parts = await bundle(folder);
    const subject = subjectOf(parts, library);
    const ms = quick ? 1000 : 5000;
    const rate = async (fuzzer) => {
      const started = performance.now();
      const { calls } = await parts.fuzz(fuzzer, subject, { seed: SEED, ms, method: 'hook.invoke' });
      return (calls / (performance.now() - started)) * 1000;
    };
    const bytes = await rate('bytes');
    const batches = await rate('struct');
    const single = await oneByOne(parts, subject, ms);
    const { makeNs, callNs } = await shares(parts, subject, quick ? 50 : 1000);
    const rateText = (calls) => `${Math.round(calls).toLocaleString('en-US')} calls/s`;
    return {
      title: 'Fuzzing of a cheap C method, one child',
      rows: [
        {
          what: 'bytes, changed inside the probe',
          measured: rateText(bytes),
          // Microseconds for one call.
          value: 1e6 / bytes,
          shown: `${digits(1e6 / bytes)} µs`,
          limit: 10,
          budget: '≥ 100,000 calls/s',
        },
        { what: 'values of the schema, one by one', measured: rateText(single) },
        { what: 'values with their changed forms, in batches', measured: rateText(batches), value: batches / single },
        { what: 'of that, fast-check and JSON for one body', measured: time(makeNs) },
        {
          what: 'of that, the call in the probe',
          measured: time(callNs),
          shown: `${digits((callNs / makeNs) * 100)} %`,
        },
      ],
    };
  });
}

/** The parts of cpex that are measured, bundled from the sources; the folder passes for the package. */
async function bundle(folder) {
  copyFileSync(path.join(repository, 'package.json'), path.join(folder, 'package.json'));
  for (const name of ['native', 'schemas', 'dist']) symlinkSync(path.join(repository, name), path.join(folder, name));
  const outfile = path.join(folder, 'fuzz.cjs');
  const exported = {
    './src/testing/fuzz/run.ts': 'fuzz',
    './src/testing/fuzz/child.ts': 'inChild, stepFields',
    './src/testing/fuzz/struct.ts': 'batchesOf',
    './src/testing/fuzz/record-file.ts': 'RecordFile',
    './src/testing/conformance/durations.ts': 'BRIEF',
    './src/hosts/registry.ts': 'findProfile',
    './src/build/probe-engine.ts': 'probeEngineFor',
    './src/project/targets/host.ts': 'hostTarget',
  };
  const contents = Object.entries(exported).map(([file, names]) => `export { ${names} } from '${file}';`);
  await esbuild.build({
    stdin: { contents: contents.join('\n'), resolveDir: repository, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    external: ['koffi'],
    logOverride: { 'empty-import-meta': 'silent' },
    outfile,
  });
  return (await import(pathToFileURL(outfile).href)).default;
}

function subjectOf({ BRIEF, findProfile, probeEngineFor, hostTarget }, artefact) {
  const target = hostTarget();
  const context = { env: process.env, signal: new AbortController().signal, emit: () => undefined };
  return {
    artefact,
    target,
    profile: findProfile('cpex'),
    engine: probeEngineFor(target, {}, context),
    config: {},
    signal: context.signal,
    language: 'c',
    durations: BRIEF,
    seed: SEED,
  };
}

/** Each value made, sent and awaited before the next, without changed forms. */
async function oneByOne({ inChild, stepFields, batchesOf, RecordFile }, subject, ms) {
  const record = await RecordFile.make();
  try {
    const { value } = await inChild(subject, { record, register: true }, async (child) => {
      const batches = batchesOf(subject, child.samples, { seed: SEED, method: 'hook.invoke', plans: 0, values: 1 });
      const started = performance.now();
      let calls = 0;
      for (; performance.now() - started < ms; calls++) {
        await child.perform('fuzz.steps', stepFields(batches.next().value.calls, subject));
      }
      return (calls / (performance.now() - started)) * 1000;
    });
    return value;
  } finally {
    await record.remove();
  }
}

/** Nanoseconds for one body of a batch: of processor time to make it, and to call the plugin with it. */
async function shares({ inChild, stepFields, batchesOf, RecordFile }, subject, rounds) {
  const record = await RecordFile.make();
  try {
    const { value } = await inChild(subject, { record, register: true }, async (child) => {
      const batches = batchesOf(subject, child.samples, { seed: SEED, method: 'hook.invoke' });
      let bodies = 0;
      let making = 0;
      let calling = 0;
      for (let round = 0; round < rounds; round++) {
        const before = process.cpuUsage();
        const { calls } = batches.next().value;
        const { user, system } = process.cpuUsage(before);
        making += (user + system) * 1e3;
        bodies += calls.length;
        calling += (await child.perform('fuzz.steps', stepFields(calls, subject))).number('ns');
      }
      return { makeNs: making / bodies, callNs: calling / bodies };
    });
    return value;
  } finally {
    await record.remove();
  }
}

await main(import.meta.url, measure);
