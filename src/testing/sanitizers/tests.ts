import { builtWith } from '../../audit/built-with.js';
import type { Sanitizer } from '../../build/sanitize/sanitizer.js';
import { isCpexError } from '../../support/errors.js';
import type { TestOutcome } from '../conformance/types.js';
import { type Subject, targetWords } from '../subject.js';
import { instrumented, ownRuntime, type Sources, withLines } from './sources.js';
import { sanitizerTool, valgrindTool } from './tools.js';
import { runWatched } from './watched-run.js';

/** Runs the plugin instrumented with a sanitizer: built anew from its sources, or as it is when it is so already. */
export async function underSanitizer(id: string, subject: Subject, sanitizer: Sanitizer): Promise<TestOutcome> {
  const { language, sources, signal } = subject;
  const context = sources?.context ?? { env: process.env, signal };
  const elsewhere = foreign(subject);
  if (elsewhere !== undefined) return elsewhere;
  try {
    const artefact = sources === undefined ? await asItIs(subject, sanitizer) : await instrumented(sources, sanitizer);
    if (artefact === undefined) return unproven('needs the sources: a library alone cannot be instrumented');
    const runtime = await ownRuntime(sanitizer, context);
    if (runtime === undefined)
      return unproven(`needs a sanitizer: the C compiler has no shared library for ${sanitizer}`);
    const tool = await sanitizerTool(sanitizer, runtime, language, context.env);
    return await runWatched({ id, subject, artefact, tool, context, ...rootOf(sources) });
  } catch (error) {
    return unbuilt(error);
  }
}

/** Runs the plugin under valgrind's memcheck: with its lines where the sources are there, else as it is. */
export async function underValgrind(id: string, subject: Subject): Promise<TestOutcome> {
  const { language, sources, signal } = subject;
  const context = sources?.context ?? { env: process.env, signal };
  const elsewhere = foreign(subject);
  if (elsewhere !== undefined) return elsewhere;
  if (language === 'go') return unproven('is for C and Rust: the runtime of Go drowns it in reports of its own');
  const tool = await valgrindTool(context.env);
  if (tool === undefined) return unproven('needs valgrind, which is not here');
  try {
    const artefact = sources === undefined ? subject.artefact : await withLines(sources);
    if ((await builtWith(artefact)) !== undefined) return unproven('needs a library that is not instrumented');
    return await runWatched({ id, subject, artefact, tool, context, ...rootOf(sources) });
  } catch (error) {
    return unbuilt(error);
  }
}

async function asItIs({ artefact }: Subject, sanitizer: Sanitizer): Promise<string | undefined> {
  return (await builtWith(artefact)) === sanitizer ? artefact : undefined;
}

function foreign(subject: Subject): TestOutcome | undefined {
  return targetWords(subject) === '' ? undefined : unproven("is for the machine's own target alone");
}

function rootOf(sources: Sources | undefined): { readonly root?: string } {
  return sources === undefined ? {} : { root: sources.project.root };
}

function unproven(reason: string): TestOutcome {
  return { findings: [], unproven: reason };
}

/** A build that does not come about says nothing about the plugin. */
function unbuilt(error: unknown): TestOutcome {
  if (!isCpexError(error) || !/^CPEX_E_(?:BUILD|SANITIZER|PROBE)_/.test(error.code)) throw error;
  // A pair that no machine has, in the builder's words.
  if (error.code === 'CPEX_E_BUILD_SANITIZE') {
    return unproven(`is not for this plugin: ${error.evidence[0]?.replace(/\.$/, '')}`);
  }
  return unproven(`needs a sanitizer that builds here: ${error.message}`);
}
