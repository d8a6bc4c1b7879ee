import path from 'node:path';
import type { RunContext } from '../model/context.js';
import { placeholderRepository } from '../project/repository.js';
import { capabilityText, type NewOptions } from './answers.js';
import { applyNew } from './apply-new.js';
import { completeAnswers, type NewRequest } from './complete-answers.js';
import { planNew, type ScaffoldPlan } from './plan-new.js';

/** What `cpex new` did, or would do. */
export interface NewOutcome {
  readonly id: string;
  readonly language: string;
  readonly host: string;
  readonly capabilities: readonly string[];
  /** Absolute folder of the project. */
  readonly root: string;
  readonly dryRun: boolean;
  readonly files: readonly { readonly path: string; readonly action: string; readonly kept?: string }[];
  readonly git: boolean;
  /** Absolute path of the file with the author's code. */
  readonly logicFile: string;
}

/** Completes the answers, plans, and unless it is a dry run carries the plan out. */
export async function newProject(
  request: NewRequest,
  options: NewOptions & { readonly dryRun: boolean },
  context: RunContext,
): Promise<NewOutcome> {
  const answers = await completeAnswers(request, context, async (missing) => {
    const { askForAnswers } = await import('./prompts.js');
    return askForAnswers(missing, context.signal);
  });
  const plan = await planNew(answers, options, context);
  for (const step of plan.steps) {
    if (step.kind === 'note') context.emit({ type: 'note', level: 'warn', text: step.text });
  }
  if (!options.dryRun) {
    await applyNew(plan, context);
    if (answers.repository === placeholderRepository(answers.id)) {
      const text = 'the host shows where the sources are: replace the placeholder of repository: in cpex.yaml';
      context.emit({ type: 'note', level: 'info', text });
    }
    if (answers.process?.cookie !== undefined && request.cookie === undefined) {
      const text = 'the application starts plugins with a cookie of its own: put it into process.cookie of cpex.yaml';
      context.emit({ type: 'note', level: 'info', text });
    }
  }
  return outcomeOf(plan, options.dryRun);
}

function outcomeOf(plan: ScaffoldPlan, dryRun: boolean): NewOutcome {
  const { id, language, host, capabilities } = plan.answers;
  return {
    id,
    language,
    host,
    capabilities: capabilities.map(capabilityText),
    root: plan.root,
    dryRun,
    files: plan.files.map(({ path: name, action, kept }) => ({ path: name, action, ...(kept ? { kept } : {}) })),
    git: plan.gitInit,
    logicFile: path.join(plan.root, plan.logicFile),
  };
}
