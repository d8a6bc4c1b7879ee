import { randomInt } from 'node:crypto';
import path from 'node:path';
import { auditFile } from '../../audit/report.js';
import { artefactKind } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Finding } from '../../model/finding.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { USUAL } from '../conformance/durations.js';
import { findSubjects } from '../resolve.js';
import type { Subject } from '../subject.js';
import { type CampaignResult, type CampaignState, runCampaign } from './campaign.js';
import { lifecycleCalls } from './child.js';
import { CORPUS_FOLDER, readCorpus } from './corpus-files.js';
import { runCorpusFile } from './corpus-suite.js';
import { toFinding } from './report.js';
import { samplesOf } from './samples.js';

/** What `cpex fuzz` was asked to do. */
export interface FuzzCommandOptions {
  /** A built library; the project's when absent. */
  readonly file?: string;
  readonly host?: string;
  readonly target?: string;
  readonly runner?: string;
  readonly timeout?: number;
  readonly debug: boolean;
  /** Milliseconds. */
  readonly ms: number;
  readonly seed?: number;
  readonly method?: string;
  /** Folder of the corpus, relative to the working folder. */
  readonly corpus?: string;
  readonly jobs: number;
  readonly progress: (state: CampaignState) => void;
}

/** What came of it. */
export interface FuzzReport {
  readonly artefact: string;
  readonly profile: string;
  readonly seed: number;
  readonly elapsedMs: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly callsBy: CampaignResult['callsBy'];
  readonly idle: CampaignResult['idle'];
  /** Cases of the corpus that were done again at first. */
  readonly replayed: number;
  readonly failures: readonly FuzzFailure[];
}

export interface FuzzFailure {
  readonly finding: Finding;
  readonly times: number;
  /** The case in the corpus; absent for what no process did a second time. */
  readonly file?: string;
  /** Whether the corpus held it already. */
  readonly known: boolean;
}

/** Does the corpus again, then fuzzes for the time that was given. */
export async function runFuzz(options: FuzzCommandOptions, context: RunContext): Promise<FuzzReport> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const { file, host, target, runner, timeout, debug } = options;
  const [found] = await findSubjects(
    {
      files: file === undefined ? [] : [file],
      ...(host === undefined ? {} : { host }),
      ...(target === undefined ? {} : { target }),
      ...(runner === undefined ? {} : { runner }),
      ...(timeout === undefined ? {} : { timeout }),
      debug,
      durations: USUAL,
      seed,
      engine: 'probe',
    },
    context,
  );
  if (found === undefined) throw new CpexError('CPEX_E_TEST_NO_SUBJECT', 'There is nothing to fuzz.');
  const { subject, project } = found;
  await refuseUnfit(subject, options.method);
  const own = path.join(project?.root ?? context.cwd, CORPUS_FOLDER);
  const folder = options.corpus === undefined ? own : path.resolve(context.cwd, options.corpus);
  const corpus = await readCorpus(folder);
  const known: FuzzFailure[] = [];
  const sound = [];
  for (const one of corpus) {
    const result = await runCorpusFile(one, subject);
    const [finding] = result.findings;
    if (finding === undefined) sound.push(one);
    else known.push({ finding, times: 1, file: one.file, known: true });
  }
  const { ms, jobs, method, progress } = options;
  const campaign = { seed, ms, jobs, corpus: sound, folder, progress, ...(method === undefined ? {} : { method }) };
  const result = await runCampaign(subject, campaign, context);
  return {
    artefact: subject.artefact,
    profile: subject.profile.name,
    seed,
    elapsedMs: result.elapsedMs,
    calls: result.calls,
    callsPerSecond: result.elapsedMs === 0 ? 0 : Math.round((result.calls / result.elapsedMs) * 1000),
    callsBy: result.callsBy,
    idle: result.idle,
    replayed: corpus.length,
    failures: [
      ...known,
      ...result.kinds.map(({ found: one, file: saved, times }): FuzzFailure => {
        const shown = saved === undefined ? undefined : path.relative(context.cwd, saved);
        const again = saved === undefined ? {} : { again: againWords(saved, folder, subject, options, context) };
        const finding = { ...toFinding(one, subject, { saved: shown }), ...again };
        return { finding, times, known: false, ...(saved === undefined ? {} : { file: saved }) };
      }),
    ],
  };
}

/** The command that shows a saved case again: its test in a project, the corpus alone for a library. */
function againWords(
  saved: string,
  folder: string,
  subject: Subject,
  { file, corpus }: FuzzCommandOptions,
  { cwd }: RunContext,
): string {
  const name = path.relative(folder, saved).split(path.sep).join('/');
  if (subject.manifest !== undefined && corpus === undefined)
    return `cpex test --only ${JSON.stringify(`fuzz:${name}`)}`;
  const library = file === undefined ? '' : ` ${JSON.stringify(file)} --host ${subject.profile.name}`;
  return `cpex fuzz${library} --corpus ${JSON.stringify(path.relative(cwd, folder) || '.')} --time 0s`;
}

/** Fuzzing begins with a plugin that is sound, can be run here, registers, and has the method that is asked for. */
async function refuseUnfit(subject: Subject, method: string | undefined): Promise<void> {
  const { artefact, target, profile, notRun } = subject;
  const entry = profile.native === undefined ? {} : { entry: profile.native.entry };
  if (notRun !== undefined) {
    throw new CpexError('CPEX_E_FUZZ', 'Nothing here can run this plugin.', { evidence: [notRun] });
  }
  const { findings } = await auditFile(artefact, { target, kind: artefactKind(profile), ...entry });
  const heavy = findings.filter(({ severity }) => severity === 'fail');
  if (heavy.length > 0) {
    throw new CpexError('CPEX_E_FUZZ', 'The library is not sound, so it is not loaded.', {
      evidence: heavy.map(({ message }) => message),
      remedy: 'cpex check says more.',
    });
  }
  const samples = await samplesOf(subject);
  if (method === undefined) return;
  const known = [...new Set([...samples, ...lifecycleCalls(subject)].map((call) => call.method))];
  if (known.includes(method)) return;
  const message = `The plugin declares no method "${method}".${didYouMean(method, known)}`;
  throw new CpexError('CPEX_E_FUZZ', message, { evidence: [`methods: ${known.join(', ')}`] });
}
