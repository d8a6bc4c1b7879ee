import type { Finding } from '../../model/finding.js';
import { runTrial, type Subject, type Trial } from '../subject.js';
import type { ConformanceTest, TestOutcome } from './types.js';

const needs = ['register.ok', 'shutdown.ok'];

/** Tests of higher levels that the supervisor of a child sees without any effort. */
export const IN_PASSING: readonly ConformanceTest[] = [
  {
    id: 'hyg.children',
    level: 8,
    inPassing: true,
    title: 'leaves no process behind',
    catches: 'children that outlive the plugin',
    detect: 'processes of the group after the end',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-LIFE-003',
    budgetMs: 50,
    needs,
    run: (subject) =>
      exercise(subject, ({ ending }) =>
        ending.kind === 'clean' && ending.leftovers !== undefined
          ? [finding('hyg.children', 'leaves processes behind', ending.leftovers)]
          : [],
      ),
  },
  {
    id: 'hyg.stdio',
    level: 8,
    inPassing: true,
    title: 'prints nothing by itself',
    catches: "noise on the host's descriptors",
    detect: 'pipes: stdout fails, where hosts speak a protocol, stderr warns',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-CALL-008',
    budgetMs: 50,
    needs,
    run: (subject) =>
      exercise(subject, ({ trial }) =>
        (['stdout', 'stderr'] as const).flatMap((stream) => {
          const lines = linesOfPlugin(trial?.printed[stream]() ?? '');
          if (lines.length === 0) return [];
          const found = finding('hyg.stdio', `prints to ${stream}`, lines.slice(0, 3));
          return [stream === 'stdout' ? found : { ...found, severity: 'warn' as const }];
        }),
      ),
  },
];

/** What a plugin printed by itself: without what the emulator around it says of a signal that ended it. */
export function linesOfPlugin(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '' && !/^qemu: uncaught target signal \d+ \(/.test(line));
}

interface Exercised {
  readonly trial?: Trial;
  readonly ending: NonNullable<TestOutcome['ending']>;
}

/** Makes every sample call, shuts the plugin down and looks at what is left. */
async function exercise(subject: Subject, look: (seen: Exercised) => Finding[]): Promise<TestOutcome> {
  const seen = await runTrial(subject, {}, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    for (const { method, request } of samples) await plugin.invoke(method, request);
  });
  const findings = look(seen);
  if (seen.ending.kind === 'clean') return { findings };
  if (seen.ending.kind === 'harness-fault' || seen.ending.kind === 'cancelled')
    return { findings, ending: seen.ending };
  // A death in a call is what the tests of the calls report.
  return { findings, unproven: 'needs calls that come back' };
}

function finding(id: string, message: string, evidence: readonly string[]): Finding {
  return { id, severity: 'fail', message: `The plugin ${message}.`, evidence };
}
