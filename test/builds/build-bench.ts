import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunContext } from '../../src/model/context.js';
import type { CpexEvent } from '../../src/model/event.js';
import { stepsCommand } from '../../src/pipeline/builds/steps-command.js';
import type { BuildReport } from '../../src/pipeline/builds/types.js';
import { isCpexError } from '../../src/support/errors.js';
import { compileC, compileText } from '../testing/support/compile.js';

/** Names of commands that a host itself has. */
export const BUILT_IN = ['help', 'build', 'test'];

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly flags?: object;
  /** Takes each line that a plugin or a step prints, as it comes. */
  readonly printed?: (line: string) => void;
}

/** A folder of plugins and plans, and a way to run them as `cpex run steps` does. */
export class BuildBench {
  private plans = 0;

  constructor(readonly folder: string) {}

  /** The library of a plugin of `test/plugins/builds`, compiled when it is first asked for, copied to `NAME.so`. */
  plugin(name: string): string {
    return this.copied(name, () => compileC(`builds/${name}`, this.folder));
  }

  /** The plugin `works.c` with other words for its macros. */
  works(name: string, macros: Readonly<Record<string, string>>): string {
    const lines = Object.entries(macros).map(([macro, value]) => `#define ${macro} ${value}`);
    const source = path.resolve(import.meta.dirname, '../plugins/builds/works.c');
    return this.copied(name, () => {
      const text = readFileSync(source, 'utf8').replace(
        '#include "build.h"',
        `#include "${path.dirname(source)}/build.h"`,
      );
      return compileText(name, `${lines.join('\n')}\n${text}`, this.folder);
    });
  }

  /** Writes a plan and returns its path; the plan lies in a folder of its own unless one is given. */
  plan(plan: object, folder = path.join(this.folder, `plan-${++this.plans}`)): string {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, 'plan.yaml');
    writeFileSync(file, JSON.stringify(plan));
    return file;
  }

  /** Runs a plan. */
  async run(plan: object | string, options: RunOptions = {}) {
    const events: CpexEvent[] = [];
    const file = typeof plan === 'string' ? plan : this.plan(plan);
    const context = this.context(events, options.signal, options.printed);
    const outcome = await stepsCommand(['steps', file], { ...options.flags }, context, undefined, BUILT_IN);
    const printed = events.flatMap((event) => (event.type === 'plugin.output' ? [event.text] : []));
    const findings = events.flatMap((event) => (event.type === 'finding' ? [event.finding.message] : []));
    return { ...outcome, report: outcome.value as BuildReport, events, printed, findings, folder: path.dirname(file) };
  }

  context(
    events: CpexEvent[],
    signal = new AbortController().signal,
    printed: RunOptions['printed'] = () => {},
  ): RunContext {
    const emit = (event: CpexEvent) => {
      events.push(event);
      if (event.type === 'plugin.output') printed(event.text);
    };
    return { cwd: this.folder, env: process.env, emit, signal, interactive: false };
  }

  private copied(name: string, compile: () => string): string {
    const file = path.join(this.folder, `${name}.so`);
    if (!existsSync(file)) writeFileSync(file, readFileSync(compile()), { mode: 0o755 });
    return file;
  }
}

/** What a promise rejects with, as a user gets to see it. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await promise;
  } catch (error) {
    if (!isCpexError(error)) throw error;
    return { code: error.code, text: [error.message, ...error.evidence, error.remedy ?? ''].join('\n') };
  }
  throw new Error('It was not refused.');
}

/** The value that a plugin has stored, from the folder of its plan. */
export function stored(folder: string, plugin: string, key: string): string | undefined {
  const state = path.join(folder, '.cpex', 'state', 'kv');
  const found = listFiles(state).find(
    ({ store, text }) => store.startsWith(plugin) && text.startsWith(`${JSON.stringify(key)}\n`),
  );
  return found?.text.slice(JSON.stringify(key).length + 1);
}

function listFiles(folder: string): { readonly store: string; readonly text: string }[] {
  return (existsSync(folder) ? readdirSync(folder) : []).flatMap((store) =>
    readdirSync(path.join(folder, store)).map((file) => ({
      store,
      text: readFileSync(path.join(folder, store, file), 'utf8'),
    })),
  );
}
