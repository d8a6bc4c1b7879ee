import type { ProbeProgram, ReadyProbe } from './probe/program.js';
import { type WineOptions, wakeWine } from './runner-wine.js';

/**
 * Makes the runner of a probe ready: wine gets its own folder, made once, and is kept awake until this process
 * ends. Others need nothing.
 * @throws CpexError `CPEX_E_RUNNER_FAILED`, `CPEX_E_INTERRUPTED`
 */
export async function readyProbe(
  { file, runner, standIn }: ProbeProgram,
  options: Omit<WineOptions, 'standIn'>,
): Promise<ReadyProbe> {
  const windows = runner.target.startsWith('windows-');
  const plain = { argv: runner.argv, file, env: {}, windows };
  if (runner.kind !== 'wine') return plain;
  const env = await wakeWine(runner.argv, file, { ...options, ...(standIn === undefined ? {} : { standIn }) });
  return { ...plain, env };
}
