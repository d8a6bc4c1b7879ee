import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type InstallOptions, type InstallSeams, installPlugin } from '../../../src/install/service.js';
import type { RunContext } from '../../../src/model/context.js';

export interface Workplace {
  readonly root: string;
  readonly plugins: string;
  readonly notes: string[];
  readonly context: RunContext;
  install(source: string, options?: Partial<InstallOptions>, seams?: InstallSeams): ReturnType<typeof installPlugin>;
  remove(): void;
}

/** A folder of its own for one test file, with a plugins folder that does not exist yet. */
export function workplace(name = 'install'): Workplace {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), `cpex-test-${name}-`)));
  const plugins = path.join(root, 'plugins');
  const notes: string[] = [];
  const context: RunContext = {
    cwd: root,
    env: {},
    emit: (event) => void (event.type === 'note' && notes.push(event.text)),
    signal: new AbortController().signal,
    interactive: false,
  };
  return {
    root,
    plugins,
    notes,
    context,
    install: (source, options, seams) =>
      installPlugin(
        { source, to: plugins, project: false, allowDowngrade: false, force: false, dryRun: false, ...options },
        context,
        seams,
      ),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** All files below a folder, relative and sorted; folders that are empty do not show. */
export function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => !one.isDirectory())
    .map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
    .sort();
}
