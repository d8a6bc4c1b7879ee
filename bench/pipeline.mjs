// A hook on its way through a pipeline: plugins in C, each in a process of its own, that read the whole request.
// What the host takes is what is left of the time when the plugins' own is taken away; on a busy machine most of that is
// waiting for a processor, so the processor time of the host's process stands beside it.
import { main, ratioRow, time } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { pipelineOpener } from './support/sessions.mjs';
import { compileHook, inWorkspace } from './support/workspace.mjs';

const HOOK = 'tool_pre_invoke';
const COUNTS = [1, 5, 20];
const CODECS = ['json', 'msgpack'];
const MODES = ['sequential', 'concurrent'];
const SIZES = { '1 KiB': 1024, '100 KiB': 100 * 1024 };
const NAMES = { json: 'JSON', msgpack: 'MessagePack' };

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const open = await pipelineOpener(folder);
    const allows = compileHook(folder);
    const rounds = quick ? 1 : 7;
    const rows = [];
    for (const mode of MODES) {
      rows.push(...(await growth({ open, artefact: allows, mode, rounds, quick })));
    }
    const handsBack = compileHook(folder, { handsBack: true });
    rows.push(...(await changes({ open, artefact: handsBack, rounds, quick })));
    return { title: 'A hook through a pipeline', rows };
  });
}

/** One mode with 1, 5 and 20 plugins: time for each hook, the host's part, and how they grow. */
async function growth({ open, artefact, mode, rounds, quick }) {
  const figures = new Map();
  // All pipelines of a mode would be a hundred processes: one count after the other, codecs and sizes in turn.
  for (const count of COUNTS) {
    const arms = {};
    const hosts = [];
    for (const codec of CODECS) {
      const host = await open(configOf(artefact, count, mode, codec));
      hosts.push(host);
      for (const [size, bytes] of Object.entries(SIZES)) {
        arms[keyOf(codec, size)] = () => sample(host, bytes, quick ? 3 : hooksFor(count, bytes), mode);
      }
    }
    const samples = await interleave(arms, rounds);
    for (const [key, all] of Object.entries(samples)) figures.set(`${key} ${count}`, middleOf(all));
    for (const host of hosts) await host.close();
  }
  return Object.keys(SIZES).flatMap((size) =>
    CODECS.flatMap((codec) => {
      const of = (count) => figures.get(`${keyOf(codec, size)} ${count}`);
      const name = `${mode}, ${size}, ${NAMES[codec]}`;
      const single = of(COUNTS[0]);
      return [
        ...COUNTS.map((count) => {
          const { total } = of(count);
          const what = `${name}, ${count} plugin${count === 1 ? '' : 's'}`;
          return ratioRow(what, measuredText(of(count)), total / single.total);
        }),
        fitRow(
          `${name}, for each plugin`,
          COUNTS.map((count) => [count, of(count).total]),
        ),
        fitRow(
          `${name}, CPU for each plugin`,
          COUNTS.map((count) => [count, of(count).cpu]),
        ),
      ];
    }),
  );
}

/** Five plugins one after another, each of which hands on a payload: what changing it costs the host. */
async function changes({ open, artefact, rounds, quick }) {
  const arms = {};
  const hosts = [];
  for (const codec of CODECS) {
    const host = await open(configOf(artefact, 5, 'sequential', codec));
    hosts.push(host);
    for (const [size, bytes] of Object.entries(SIZES)) {
      arms[keyOf(codec, size)] = () => sample(host, bytes, quick ? 3 : hooksFor(5, bytes), 'sequential');
    }
  }
  const samples = await interleave(arms, rounds);
  for (const host of hosts) await host.close();
  return Object.keys(SIZES).flatMap((size) => {
    const json = middleOf(samples[keyOf('json', size)]);
    return CODECS.map((codec) => {
      const figures = middleOf(samples[keyOf(codec, size)]);
      const what = `5 plugins hand the payload back, ${size}, ${NAMES[codec]}`;
      return ratioRow(what, measuredText(figures), figures.total / json.total);
    });
  });
}

/** Time for one hook, and what of it the plugins' own work is not; in nanoseconds. */
async function sample(host, bytes, hooks, mode) {
  const request = {
    payload: payloadOf(bytes),
    extensions: {},
    context: { requestId: 'r', globalState: {}, localStates: {} },
  };
  let own = 0;
  const used = process.cpuUsage();
  const before = performance.now();
  for (let hook = 0; hook < hooks; hook++) {
    const result = await host.invoke(HOOK, request);
    if (result.verdict !== 'allow' || result.errors.length > 0) throw new Error(JSON.stringify(result.errors));
    const times = result.records.map(({ duration_ns }) => duration_ns);
    // Beside each other, only the longest counts.
    own += mode === 'concurrent' ? Math.max(...times) : times.reduce((sum, one) => sum + one, 0);
  }
  const total = ((performance.now() - before) * 1e6) / hooks;
  const { user, system } = process.cpuUsage(used);
  return { total, host: total - own / hooks, cpu: ((user + system) * 1e3) / hooks };
}

function measuredText({ total, host, cpu }) {
  return `${time(total)}, host ${time(host)}, CPU ${time(cpu)}`;
}

/** The sample with the least total, the one that was disturbed least; processor time is the least of its own. */
function middleOf(samples) {
  const least = best(samples.map(({ total }) => total));
  return { ...samples.find(({ total }) => total === least), cpu: best(samples.map(({ cpu }) => cpu)) };
}

/** A line through the figures by least squares, and how far it is from them at most. */
function fitRow(name, points) {
  const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const constant = my - slope * mx;
  const off = Math.max(...points.map(([x, y]) => Math.abs(constant + slope * x - y) / y));
  const sign = constant < 0 ? '−' : '';
  return {
    what: name,
    measured: `${time(slope)}, constant ${sign}${time(Math.abs(constant))}`,
    value: off,
    shown: `off by ${(off * 100).toFixed(0)} % at most`,
  };
}

function hooksFor(count, bytes) {
  return Math.max(8, Math.round((bytes > 10_000 ? 100 : 600) / count));
}

function keyOf(codec, size) {
  return `${codec} ${size}`;
}

/** Arguments of a tool: texts, numbers and lists, of about so many bytes as JSON. */
function payloadOf(bytes) {
  const items = [];
  for (let size = 60; size < bytes; size += 100) {
    items.push({ id: items.length, name: `item ${items.length}`, score: 0.5, tags: ['a', 'b'], text: 'x'.repeat(25) });
  }
  return { name: 'search', args: { items } };
}

function configOf(artefact, count, mode, codec) {
  const plugins = Array.from({ length: count }, (_, index) => ({
    name: `p${index}`,
    kind: artefact,
    artefact,
    hooks: [],
    mode,
    priority: 100,
    onError: 'fail',
    capabilities: new Set(),
    conditions: [],
    config: {},
    tags: [],
  }));
  return {
    file: artefact,
    plugins,
    settings: { routingEnabled: false, timeoutMs: 30_000, shortCircuitOnDeny: true, codec },
    select: () => ({ plugins, skipped: [] }),
    findings: [],
  };
}

await main(import.meta.url, measure);
