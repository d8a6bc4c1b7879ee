import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fieldsOf } from '../../../hosts/json-fields.js';
import type { Finding } from '../../../model/finding.js';
import type { GrpcRules } from '../../../model/process.js';
import type { SampleCall } from '../../../model/profile.js';
import type { ProcessStage } from '../../../model/session.js';
import { temporaryFolder } from '../../../support/files.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import type { TestOutcome } from '../types.js';

/** gRPC's code for a method that is not there. */
const UNIMPLEMENTED = 12;

/**
 * Statuses of a plugin that cannot cope: UNKNOWN, INTERNAL, UNAVAILABLE. Any other one may be what its state demands: of
 * several calls that create the same thing one gets through.
 */
const CANNOT: ReadonlySet<number> = new Set([2, 13, 14]);

/** Calls of one method at the same time. */
const AT_ONCE = 16;

/** What a signal takes to end a process, in milliseconds. */
const INTERRUPT_MS = 200;
/** What a call takes to reach a plugin, in milliseconds. */
const UNDERWAY_MS = 100;

/** A field of a kind that protobuf does not have. */
const NO_MESSAGE = Buffer.from([0x0f, 0xff, 0xff]);

/** gop.handshake */
export const shakesHands = (subject: Subject) => startOnly(subject, ['spawn', 'handshake']);
/** gop.version */
export const agreesOnVersion = (subject: Subject) => startOnly(subject, ['version']);
/** gop.connect */
export const canBeReached = (subject: Subject) => startOnly(subject, ['connect']);

/** Starts and kills the plugin; what concerns other stages is the business of their tests. */
async function startOnly(subject: Subject, stages: readonly ProcessStage[]): Promise<TestOutcome> {
  const { ending } = await runTrial(killed(subject), {}, async () => undefined);
  if (ending.kind === 'clean') return { findings: [] };
  if (ending.kind === 'refused' && !stages.some((stage) => stage === ending.stage)) {
    return { findings: [], unproven: `the start ends at the stage ${ending.stage}` };
  }
  // What dies or hangs before it is up has not shaken hands.
  const ours = ending.kind === 'refused' || stages.includes('handshake') || ending.kind === 'harness-fault';
  return ours ? { findings: [], ending } : { findings: [], unproven: 'the plugin does not come up' };
}

/** gop.cookie: everything as it should be but for the value of the cookie. */
export async function mindsCookie(subject: Subject): Promise<TestOutcome> {
  const { cookie } = rulesOf(subject);
  const strange = withRules(subject, { cookie: { ...cookie, value: `${cookie.value}-of-another-host` } });
  const { ending } = await runTrial(killed(strange), {}, async () => undefined);
  if (ending.kind === 'clean')
    return told('gop.cookie', 'The plugin starts although the cookie is that of another host.');
  if (ending.kind !== 'refused') return { findings: [], ending };
  const { message, evidence = [] } = ending;
  const code = [message, ...evidence].map((line) => /ended with code (\d+)/.exec(line)?.[1]).find(Boolean);
  if (code !== '1') {
    return told('gop.cookie', 'With the cookie of another host the plugin does not end with code 1.', [
      message,
      ...evidence,
    ]);
  }
  if (evidence.includes('stderr: nothing')) {
    return told('gop.cookie', 'With the cookie of another host the plugin ends without a word on stderr.', evidence);
  }
  return { findings: [] };
}

/** gop.health */
export function isServing(subject: Subject): Promise<TestOutcome> {
  return withHandshake(killed(subject), async (_, { health }) =>
    health === 'SERVING' ? [] : [finding('gop.health', `The health of "plugin" is ${health}; SERVING was to come.`)],
  );
}

/** gop.controller: without it the plugin does not end, and is killed. */
export async function endsWhenTold(subject: Subject): Promise<TestOutcome> {
  const waits = { ...subject, killAtEnd: false };
  const { ending } = await runTrial(waits, {}, (trial) => trial.plugin.register(subject.config));
  return { findings: [], ending };
}

/** gop.stdio */
export function servesStdio(subject: Subject): Promise<TestOutcome> {
  return withHandshake(killed(subject), async (_, { stdio }) =>
    stdio === true ? [] : [finding('gop.stdio', 'The plugin does not serve plugin.GRPCStdio.')],
  );
}

/** gop.services: what reflection lists, and each method once. */
export function servesAll(subject: Subject): Promise<TestOutcome> {
  return withSamples(subject, async (trial, samples, findings) => {
    const missing = findings.filter(({ id, severity }) => id === 'register.ok' && severity === 'fail');
    const found = missing.map((one): Finding => ({ ...one, id: 'gop.services' }));
    for (const { method, request } of samples) {
      const { end, envelope } = await trial.plugin.invoke(method, request);
      const broken = envelope.findings.filter(({ severity }) => severity === 'fail');
      found.push(...broken.map((one) => ({ ...one, id: 'gop.services', message: `${method}: ${one.message}` })));
      if (end.code !== UNIMPLEMENTED) continue;
      const message = `${method} is not implemented: ${envelope.error?.message ?? ''}`;
      found.push(finding('gop.services', message.replace(/: $/, '')));
    }
    return found;
  });
}

/** gop.unknown */
export function refusesUnknown(subject: Subject): Promise<TestOutcome> {
  return withHandshake(subject, async ({ plugin }) => {
    const { code } = await plugin.session.call('cpex.v1.NoSuchService/NoSuchMethod', Buffer.alloc(0)).end;
    if (code === UNIMPLEMENTED) return [];
    return [finding('gop.unknown', `A method that is not there was answered with status ${code}, not UNIMPLEMENTED.`)];
  });
}

/** gop.twice: the second starts while the first one runs, and both take a call. */
export async function runsTwice(subject: Subject): Promise<TestOutcome> {
  let inner: TestOutcome = { findings: [] };
  const outer = await withHandshake(subject, async (first, one) => {
    inner = await withHandshake(subject, async (second, other) => {
      for (const { plugin } of [first, second]) await plugin.register(subject.config);
      if (one.address !== other.address) return [];
      return [finding('gop.twice', `Two processes name the same address: ${String(one.address)}.`)];
    });
    return [];
  });
  return outer.ending === undefined || outer.ending.kind === 'clean' ? inner : outer;
}

/** gop.socketdir */
export async function usesSocketFolder(subject: Subject): Promise<TestOutcome> {
  if (process.platform === 'win32') return { findings: [], unproven: 'Windows has no such sockets' };
  return withHandshake(subject, async (_, { network, address, folder }) => {
    if (network !== 'unix' || typeof address !== 'string' || typeof folder !== 'string') return [];
    if (path.dirname(path.resolve(address)) === path.resolve(folder)) return [];
    const evidence = [`PLUGIN_UNIX_SOCKET_DIR: ${folder}`, `address: ${address}`];
    return [finding('gop.socketdir', 'The socket lies in another folder than the host named.', evidence)];
  });
}

/** gop.sockets: the folder is one of this test, and the host names none, as hosts in Go do by themselves. */
export async function leavesNoSocket(subject: Subject): Promise<TestOutcome> {
  const folder = await temporaryFolder('t');
  try {
    const env = { ...(process.env as Record<string, string>), TMPDIR: folder.path };
    const free = withRules({ ...subject, killAtEnd: false }, { ownSocketFolder: true });
    const { ending } = await runTrial(free, { env }, (trial) => trial.plugin.register(subject.config));
    const left = (await readdir(folder.path, { withFileTypes: true })).filter((entry) => entry.isSocket());
    if (left.length === 0) return { findings: [], ending };
    const evidence = left.map(({ name }) => name);
    return { findings: [finding('gop.sockets', 'The plugin left its socket behind.', evidence)], ending };
  } finally {
    await folder.remove();
  }
}

/** gop.mtls: a plugin that cannot do it is refused when it starts. */
export async function trustsOneHost(subject: Subject): Promise<TestOutcome> {
  const outcome = await withHandshake(withRules(subject, { autoMtls: true }), async (_, { tls }) =>
    tls === true ? [] : [finding('gop.mtls', 'The plugin got a certificate and serves in the clear.')],
  );
  const { ending } = outcome;
  if (ending?.kind !== 'refused') return outcome;
  return { findings: [finding('gop.mtls', ending.message, ending.evidence)] };
}

/** gop.overlap */
export function servesBeside(subject: Subject): Promise<TestOutcome> {
  return withSamples(subject, async ({ plugin }, samples) => {
    const found: Finding[] = [];
    for (const { method, request } of samples) {
      // Twice: what is created or deleted once cannot be once more, and an error is the right answer then.
      const alone = [await plugin.invoke(method, request), await plugin.invoke(method, request)];
      const calls = Array.from({ length: AT_ONCE }, () => plugin.invoke(method, request, { concurrent: true }));
      const codes = (await Promise.all(calls)).map(({ end }) => end.code);
      // Who answers with an error when alone may do so in company.
      if (alone.some(({ end }) => end.code !== 0) || !codes.some((code) => CANNOT.has(code))) continue;
      const message = `${method} succeeds alone, and fails when it is called ${AT_ONCE} times at once.`;
      found.push(finding('gop.overlap', message, [`statuses: ${[...new Set(codes)].join(', ')}`]));
    }
    return found;
  });
}

/** gop.cancel: what counts is the call after it. */
export function bearsCancelling(subject: Subject): Promise<TestOutcome> {
  return withSamples(subject, async ({ plugin }, samples) => {
    for (const { method, request } of samples) {
      const stop = new AbortController();
      const cancelled = plugin.invoke(method, request, { signal: stop.signal });
      // The plugin has it by then, or has answered.
      await Promise.race([cancelled, pause(UNDERWAY_MS)]);
      stop.abort();
      await cancelled;
      await plugin.invoke(method, request);
    }
    return [];
  });
}

/** gop.garbage */
export function refusesGarbage(subject: Subject): Promise<TestOutcome> {
  return withSamples(subject, async ({ plugin }, samples) => {
    const found: Finding[] = [];
    for (const { method } of samples) {
      const streams = subject.profile.protocol.streamsOf?.(method);
      // Whoever answers before a stream of requests is at its end need not have read it.
      if (streams?.requests === true) continue;
      const streaming = streams?.answers === true ? { streaming: true } : {};
      const { code } = await plugin.session.call(method, NO_MESSAGE, streaming).end;
      if (code === 0) found.push(finding('gop.garbage', `${method} takes bytes that are no message.`));
    }
    return found;
  });
}

/** gop.sigint */
export async function leavesInterrupts(subject: Subject): Promise<TestOutcome> {
  if (process.platform === 'win32') return { findings: [], unproven: 'Windows has no such signal' };
  return withHandshake(subject, async ({ plugin }) => {
    process.kill(plugin.session.pid, 'SIGINT');
    // A plugin that the signal ends may still answer for a moment.
    await Promise.race([plugin.session.ended, pause(INTERRUPT_MS)]);
    await plugin.register(subject.config);
    return [];
  });
}

/** gop.orphan */
export async function endsWithHost(subject: Subject): Promise<TestOutcome> {
  const { outlivesHost } = await import('./orphan.js');
  const { outlived, unproven } = await outlivesHost(subject.artefact, rulesOf(subject));
  if (unproven !== undefined) return { findings: [], unproven };
  if (!outlived) return { findings: [] };
  const remedy = 'Watch the parent: end when its process id changes (POSIX), as what cpex new writes does.';
  const message = 'The plugin goes on running although its host was killed.';
  return { findings: [{ ...finding('gop.orphan', message), remedy }] };
}

/** Judges a plugin of its own that is up, by what the host learnt of it. */
async function withHandshake(
  subject: Subject,
  check: (trial: Trial, facts: Readonly<Record<string, unknown>>) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, async (trial) => {
    const { invocation } = await trial.plugin.register(subject.config);
    return check(trial, fieldsOf(invocation.envelope.result));
  });
  return { findings: value ?? [], ending };
}

/** As above, with a sample for each method of the plugin's services. */
async function withSamples(
  subject: Subject,
  check: (trial: Trial, samples: readonly SampleCall[], findings: readonly Finding[]) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, async (trial) => {
    const { registration, findings } = await trial.plugin.register(subject.config);
    const samples = registration === undefined ? [] : trial.plugin.profile.protocol.sampleCalls(registration);
    return { none: samples.length === 0, findings: await check(trial, samples, findings) };
  });
  const findings = value?.findings ?? [];
  if (value?.none === true && findings.length === 0) {
    return {
      findings,
      ending,
      unproven: 'no service of the plugin is known: name its .proto files, or serve reflection',
    };
  }
  return { findings, ending };
}

function rulesOf({ profile }: Subject): GrpcRules {
  if (profile.process?.transport !== 'grpc') throw new TypeError(`${profile.name} starts no gRPC servers`);
  return profile.process;
}

function withRules(subject: Subject, more: Partial<GrpcRules>): Subject {
  return { ...subject, profile: { ...subject.profile, process: { ...rulesOf(subject), ...more } } };
}

/** How a plugin ends is the business of gop.controller. */
function killed(subject: Subject): Subject {
  return { ...subject, killAtEnd: true };
}

function told(id: string, message: string, evidence: readonly string[] = []): TestOutcome {
  return { findings: [finding(id, message, evidence)] };
}

function finding(id: string, message: string, evidence: readonly string[] = []): Finding {
  return { id, severity: 'fail', message, ...(evidence.length === 0 ? {} : { evidence }) };
}
