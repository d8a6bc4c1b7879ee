import { sourceRoot } from '../../project/source-root.js';
import { runTool } from '../../support/tools.js';
import type { ToolFound } from '../build-model.js';
import { Turn } from '../turn.js';
import type { VersionCache } from '../version-cache.js';
import { processTags } from './go-tags.js';
import type { ToolchainRequest } from './toolchain.js';

/** Time for Go to list packages in milliseconds; it may fetch modules on the way. */
const LIST_MS = 10 * 60_000;

/**
 * Whether an executable needs cgo for a target: one of its packages does, beside those of the standard library, which
 * all can do without. Without it Go needs no C compiler, and the result runs on every system of the kind. The
 * variable CGO_ENABLED, where the user has set it, comes before what the sources say.
 */
export async function needsCgo(request: ToolchainRequest, go: ToolFound): Promise<boolean> {
  const { env } = request;
  if (env.CGO_ENABLED === '0' || env.CGO_ENABLED === '1') return env.CGO_ENABLED === '1';
  const turn = turns.get(request.versions) ?? new Turn();
  turns.set(request.versions, turn);
  return turn.take(() => listsCgo(request, go));
}

/** Targets of one build are asked about at the same time, and each answer takes all cores. */
const turns = new WeakMap<VersionCache, Turn>();

async function listsCgo(request: ToolchainRequest, go: ToolFound): Promise<boolean> {
  const { env, project, target, extra, signal } = request;
  const { package: main = '.', flags = [] } = project.manifest.build ?? {};
  const format = '{{if not .Standard}}{{range .CgoFiles}}{{.}} {{end}}{{end}}';
  const said = await runTool(
    go.path,
    ['list', '-deps', '-f', format, ...flags, ...extra, ...processTags(request), main],
    {
      cwd: sourceRoot(project),
      env: { ...env, CGO_ENABLED: '1', ...platformOf(target) },
      signal,
      timeout: LIST_MS,
      keep: 1 << 20,
    },
  );
  // What keeps Go from listing the packages keeps it from building them, and the build says it better.
  return said.code === 0 && said.stdout.trim() !== '';
}

/** The variables that tell Go of a target. */
export function platformOf({ go }: ToolchainRequest['target']): Readonly<Record<string, string>> {
  return go === undefined ? {} : { GOOS: go.os, GOARCH: go.arch };
}
