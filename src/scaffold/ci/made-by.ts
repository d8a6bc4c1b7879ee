/** What the command line, or an earlier workflow, says about the jobs. */
export interface CiChoice {
  /** In any spelling; all that `cpex.yaml` promises or the language can make when empty. */
  readonly targets: readonly string[];
  readonly cross: boolean;
}

/** The command line that makes the same choice again. */
export function madeBy({ targets, cross }: CiChoice): string {
  return ['cpex ci github', ...targets.map((target) => `--target ${target}`), ...(cross ? ['--cross'] : [])].join(' ');
}

/** The choice that a workflow says it was made by; undefined where it does not say. */
export function recordedChoice(about: string | undefined): CiChoice | undefined {
  const line = /^# Made by: cpex ci github((?: --target [\w./-]+)*)( --cross)?$/m.exec(about ?? '');
  if (line === null) return undefined;
  return {
    targets: [...(line[1] ?? '').matchAll(/--target (\S+)/g)].map(([, name]) => name ?? ''),
    cross: line[2] !== undefined,
  };
}
