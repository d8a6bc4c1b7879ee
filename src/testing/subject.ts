import { type AnswerInstead, DEFAULT_DEADLINES, type OpenPlugin, openPlugin } from '../host-process/reference-host.js';
import type { Manifest } from '../model/manifest.js';
import type { HostProfile, ServiceEvent } from '../model/profile.js';
import type { ServiceScript } from '../model/script.js';
import type { Ending, Engine, TraceRecord } from '../model/session.js';
import type { Language, Target } from '../model/target.js';
import type { Breach, Watch } from '../model/watch.js';
import type { ApplicationWish } from '../project/application.js';
import { hostTarget } from '../project/targets/host.js';
import { SessionFailure } from '../runtime/failure.js';
import { sessionFolder } from '../runtime/process/private-folder.js';
import { CpexError } from '../support/errors.js';
import { TextTail } from '../support/text-tail.js';
import type { Durations } from './conformance/durations.js';
import type { TraceRing } from './repro/trace-ring.js';
import type { Sources } from './sanitizers/sources.js';

/** The built plugin under test and what is known about it. */
export interface Subject {
  /** Absolute path of the artefact. */
  readonly artefact: string;
  readonly target: Target;
  readonly profile: HostProfile;
  readonly engine: Engine;
  /** Why nothing on this machine can run it; only the file can be judged then. */
  readonly notRun?: string;
  /** Why the C probe does not judge it; absent where it does. */
  readonly noProbe?: string;
  /** Absent for a bare library. */
  readonly manifest?: Manifest;
  /** What the profile was told of the plugin's application, files absolute; absent where nothing was said. */
  readonly application?: ApplicationWish;
  /** Configuration that tests register with. */
  readonly config: unknown;
  readonly signal: AbortSignal;
  /** Milliseconds for one call, unless a case says otherwise. */
  readonly callDeadline?: number;
  /** Milliseconds to load and initialise. */
  readonly startDeadline?: number;
  /** Milliseconds to shut down. */
  readonly stopDeadline?: number;
  /** Kill instead of waiting for a shutdown that is known to fail. */
  readonly killAtEnd?: boolean;
  /** Language it was written in: the manifest's, else what the audit reads off the file. */
  readonly language: Language;
  /** How long tests wait and repeat. */
  readonly durations: Durations;
  /** Where every random choice comes from. */
  readonly seed: number;
  /** The project behind it; absent for a bare library and for other targets than the machine's own. */
  readonly sources?: Sources;
  /** Where a test that fails leaves its bundle, and the folder that paths are shown from; none when absent. */
  readonly bundles?: { readonly folder: string; readonly cwd: string };
  /** File that keeps how long calls took in the first run, for `hyg.time`; absent where there is no project. */
  readonly times?: string;
  /** Receives every message of a test with its session, counted from 1, and the test's id. */
  readonly onTrace?: (record: TraceRecord, session: number, test: string) => void;
  /** Keeps the last messages of the test that runs. */
  readonly ring?: TraceRing;
}

/** The part of a command that shows something again for the same target: nothing for this machine's own. */
export function targetWords({ target }: Pick<Subject, 'target'>): string {
  return target.name === hostTarget().name ? '' : ` --target ${target.name}`;
}

/** One plugin process of its own, with what it did through its host and printed on record. */
export interface Trial {
  readonly plugin: OpenPlugin;
  readonly events: readonly ServiceEvent[];
  /** What the probe saw by itself; grows until the plugin's end. */
  readonly breaches: readonly Breach[];
  /** Working folder of the child, taken away when the trial is over. */
  readonly folder: string;
  /** What the plugin printed by itself, the last part. */
  readonly printed: { readonly stdout: () => string; readonly stderr: () => string };
}

export interface TrialOptions {
  readonly script?: ServiceScript;
  /** Codecs to offer when it registers; JSON alone when absent. */
  readonly codecs?: readonly string[];
  /** Milliseconds to go on watching after shutdown. */
  readonly lingerMs?: number;
  readonly callDeadline?: number;
  readonly watch?: Watch;
  /** Answers the plugin's requests in place of the services. */
  readonly answer?: AnswerInstead;
  /** Environment of the child; that of cpex when absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder and state that are there already, and stay; a folder of its own when absent. */
  readonly folder?: string;
}

/** Characters of a plugin's own output to keep per stream. */
const KEEP_OUTPUT = 64 * 1024;

/** What a trial came to: the value of `use` when it ran through, and how the process ended. */
export interface TrialOutcome<T> {
  readonly value?: T;
  readonly ending: Ending;
  readonly trial?: Trial;
}

/**
 * Starts the subject in a child with a working folder and state of its own, hands it to `use`,
 * shuts it down and takes everything away. A plugin that dies, hangs or refuses is an outcome.
 * Throws CPEX_E_INTERRUPTED after Ctrl-C: a plugin that was killed because the user left failed no test.
 */
export async function runTrial<T>(
  subject: Subject,
  options: TrialOptions,
  use: (trial: Trial) => Promise<T>,
): Promise<TrialOutcome<T>> {
  const outcome = await tryOut(subject, options, use);
  if (subject.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  return outcome;
}

async function tryOut<T>(
  subject: Subject,
  options: TrialOptions,
  use: (trial: Trial) => Promise<T>,
): Promise<TrialOutcome<T>> {
  const { folder: given } = options;
  const folder =
    given === undefined
      ? await sessionFolder('trial', subject.profile.transport)
      : { path: given, remove: () => Promise.resolve() };
  try {
    const trial = await open(subject, options, folder.path);
    try {
      const value = await use(trial);
      if (subject.killAtEnd) {
        trial.plugin.session.kill();
        await trial.plugin.close();
        return { value, ending: { kind: 'clean' }, trial };
      }
      return { value, ending: await trial.plugin.close(), trial };
    } catch (error) {
      await trial.plugin.close();
      if (error instanceof SessionFailure) return { ending: error.ending, trial };
      throw error;
    }
  } catch (error) {
    if (error instanceof SessionFailure) return { ending: error.ending };
    throw error;
  } finally {
    await folder.remove();
  }
}

async function open(subject: Subject, options: TrialOptions, folder: string): Promise<Trial> {
  const events: ServiceEvent[] = [];
  const tails = { stdout: new TextTail(KEEP_OUTPUT), stderr: new TextTail(KEEP_OUTPUT) };
  const breaches: Breach[] = [];
  const call = options.callDeadline ?? subject.callDeadline ?? DEFAULT_DEADLINES.call;
  const plugin = await openPlugin({
    artefact: subject.artefact,
    target: subject.target.name,
    profile: subject.profile,
    engine: subject.engine,
    cwd: folder,
    services: {
      pluginId: subject.manifest?.id ?? 'plugin',
      configFolder: folder,
      allowNet: false,
      script: options.script ?? {},
      observe: (event) => events.push(event),
    },
    deadlines: {
      start: subject.startDeadline ?? DEFAULT_DEADLINES.start,
      call,
      stop: subject.stopDeadline ?? Math.min(DEFAULT_DEADLINES.stop, subject.callDeadline ?? DEFAULT_DEADLINES.stop),
    },
    signal: subject.signal,
    ...(options.lingerMs === undefined ? {} : { lingerMs: options.lingerMs }),
    ...(options.watch === undefined ? {} : { watch: options.watch }),
    ...(options.codecs === undefined ? {} : { codecs: options.codecs }),
    ...(options.answer === undefined ? {} : { answer: options.answer }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(subject.ring === undefined ? {} : { trace: subject.ring.session() }),
    breach: (one) => breaches.push(one),
    output: (stream, bytes) => tails[stream].push(bytes),
  });
  const printed = { stdout: () => tails.stdout.text, stderr: () => tails.stderr.text };
  return { plugin, events, breaches, folder, printed };
}
