// One call and its answer over each transport, from the CLI's process to the plugin's and back, beside go-plugin's own
// host in Go with the same plugin. Every plugin answers with what it was sent.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { run } from './support/cost.mjs';
import { repository } from './support/package.mjs';
import { main, ratioRow, time } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { tauSources, transportStarter } from './support/transports.mjs';
import { compileEcho, has, inWorkspace } from './support/workspace.mjs';

const SIZES = [
  { name: '100 B', size: 100 },
  { name: '64 KiB', size: 64 * 1024 },
];
/** Calls under way at a time where throughput is measured. */
const WINDOW = 16;

const GRPC = { transport: 'grpc', cookie: { key: 'FIXTURE_PLUGIN', value: 'fixture-plugin-v1' }, versions: [1] };

export async function measure({ quick = false } = {}) {
  const title = 'Transports: a call and its answer';
  return inWorkspace(async (folder) => {
    const start = await transportStarter(folder);
    const arms = [await nativeArm(folder, start)];
    if (has('go')) arms.push(...(await goArms(folder, start)));
    const rows = [];
    for (const size of SIZES) rows.push(...(await sizeRows(arms, size, quick)));
    for (const { session } of arms) await session?.stop();
    return { title, rows };
  });
}

async function nativeArm(folder, start) {
  const native = { entry: 'cpex_plugin_init', abiVersion: 1 };
  const session = await start('native', compileEcho('c', folder), { native });
  return { name: 'native, C', session, method: 'echo', request: (text) => Buffer.from(text) };
}

async function goArms(folder, start) {
  const fixture = compileGo(path.join(repository, 'test/plugins/go-plugin'), path.join(folder, 'fixture'));
  const tau = compileGo(tauSources(folder), path.join(folder, 'tau'));
  const grpc = (autoMtls) => start('grpc', fixture, { process: { ...GRPC, autoMtls } });
  const stdio = (wire) => start('stdio', tau, { process: { transport: 'stdio', wire } });
  let id = 0;
  // The field 1 of the fixture's message: bytes.
  const blob = {
    method: 'fixture.v1.Fixture/Blob',
    request: (text) => Buffer.concat([lengthOf(text), Buffer.from(text)]),
  };
  const tool = {
    method: 'tool_call',
    request: (text) => Buffer.from(JSON.stringify({ tool_call_id: `t${++id}`, name: 'echo', arguments: { text } })),
  };
  return [
    { name: 'go-plugin host in Go, plain', host: [fixture, 'host=plain'] },
    { name: 'grpc, Go', session: await grpc(false), ...blob, beside: 'go-plugin host in Go, plain' },
    { name: 'go-plugin host in Go, mTLS', host: [fixture, 'host=mtls'] },
    { name: 'grpc with mTLS, Go', session: await grpc(true), ...blob, beside: 'go-plugin host in Go, mTLS' },
    { name: 'JSON lines, Go', session: await stdio('tau-lines'), ...tool },
    { name: 'CBOR, Go', session: await stdio('tau-frames'), ...tool },
  ];
}

/** Tag and length of the bytes in protobuf. */
function lengthOf(text) {
  const bytes = [0x0a];
  let rest = Buffer.byteLength(text);
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

async function sizeRows(arms, { name, size }, quick) {
  const span = quick ? 20 : 400;
  const sample = ({ host, session, method, request }) =>
    host === undefined
      ? timed(session, method, request('x'.repeat(size)), request, size, span)
      : hosted(host, size, span);
  const samples = await interleave(Object.fromEntries(arms.map((arm) => [arm.name, () => sample(arm)])), quick ? 1 : 5);
  const figure = (arm, what) => best(samples[arm].map((one) => one[what]));
  const rowsOf = (what, words) =>
    arms.map(({ name: arm, beside }) => {
      const value = figure(arm, what);
      const label = `${arm}, ${name}, ${words}`;
      return beside === undefined
        ? { what: label, measured: time(value) }
        : ratioRow(label, time(value), value / figure(beside, what));
    });
  return [...rowsOf('alone', 'one after another'), ...rowsOf('overlapping', `${WINDOW} under way`)];
}

/** Nanoseconds per call: one after another, and with several under way at a time. */
async function timed(session, method, first, request, size, span) {
  await session.call(method, first).end;
  const text = 'x'.repeat(size);
  const lanes = async (window) => {
    let count = 0;
    const began = performance.now();
    const lane = async () => {
      while (performance.now() - began < span) {
        const { code } = await session.call(method, request(text), { concurrent: window > 1 }).end;
        if (code !== 0) throw new Error(`${method} ended with ${code}.`);
        count++;
      }
    };
    await Promise.all(Array.from({ length: window }, lane));
    return ((performance.now() - began) * 1e6) / count;
  };
  return { alone: await lanes(1), overlapping: await lanes(WINDOW) };
}

/** The same by go-plugin's own host, which starts the plugin itself. */
function hosted([program, mode], size, span) {
  const { perCallUs, overlappingPerSecond } = JSON.parse(run([program, `${mode}:${span}:${size}`]).stdout);
  return { alone: perCallUs * 1e3, overlapping: 1e9 / overlappingPerSecond };
}

function compileGo(sources, output) {
  execFileSync('go', ['build', '-o', output, '.'], { cwd: sources, stdio: ['ignore', 'ignore', 'inherit'] });
  return output;
}

await main(import.meta.url, measure);
