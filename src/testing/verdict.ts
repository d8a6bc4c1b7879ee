import type { Verdict } from '../model/event.js';
import type { Finding } from '../model/finding.js';
import type { Ending, Transport } from '../model/session.js';
import { diagnose } from '../runtime/diagnosis.js';
import { describeEnding, endingEvidence } from '../runtime/failure.js';

/** What the end of a plugin's process means for the test during which it came. */
export interface EndingVerdict {
  readonly verdict: Verdict;
  readonly finding: Finding;
}

/**
 * Undefined for a clean end.
 * @param id the test that ran
 * @param transport a process of its own may do what a library in its host's process may not
 */
export function judgeEnding(ending: Ending, id: string, transport: Transport = 'native'): EndingVerdict | undefined {
  if (ending.kind === 'clean') return undefined;
  const evidence = endingEvidence(ending);
  const { remedy, clause } = diagnose(ending) ?? {};
  const native = transport === 'native';
  const advice = { ...(native ? ADVICE : PROCESS_ADVICE)[ending.kind], ...(remedy === undefined ? {} : { remedy }) };
  const finding: Finding = {
    id,
    severity: 'fail',
    message: describeEnding(ending),
    ...(evidence.length === 0 ? {} : { evidence }),
    ...advice,
    // Clauses of crashes are those of libraries; the test has one of its own.
    ...(clause === undefined || !native ? {} : { clause }),
  };
  return { verdict: VERDICTS[ending.kind], finding };
}

type BadEnding = Exclude<Ending['kind'], 'clean'>;

const VERDICTS: Readonly<Record<BadEnding, Verdict>> = {
  refused: 'fail',
  exit: 'crash',
  crash: 'crash',
  hang: 'hang',
  cancelled: 'harness-fault',
  'harness-fault': 'harness-fault',
};

/** For plugins that are processes, which may do what a library in its host's process may not. */
const PROCESS_ADVICE: Readonly<Partial<Record<BadEnding, Partial<Finding>>>> = {
  exit: { remedy: 'Serve until the host says that it is over, and answer what fails with an error.' },
  hang: { remedy: 'Every call must be answered, a cancelled one too, and the process has to end when it is told to.' },
};

const ADVICE: Readonly<Record<BadEnding, Partial<Finding>>> = {
  refused: {},
  exit: {
    clause: 'ABI-CALL-008',
    remedy: 'A plugin may not call exit, _exit or os.Exit: it shares the process with its host.',
  },
  crash: { remedy: 'Run the same call against a debug build: cpex build --debug, cpex run --debug.' },
  hang: { remedy: 'Every call must end; long work belongs on a thread of its own and asks host.cancelled.' },
  cancelled: {},
  'harness-fault': {},
};
