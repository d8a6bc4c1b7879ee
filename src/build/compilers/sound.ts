import { runTool } from '../../support/tools.js';
import type { ToolFound } from '../build-model.js';
import { askOnce, type Probe, type ProbeOptions, probeTool } from '../find-toolchain.js';

/** Time for a compiler to read one header, in milliseconds. */
const CHECK_MS = 20_000;

/**
 * Looks for a C compiler that can compile. One without the compiler proper or without the headers of the C
 * library says its version just as well, so it is given a header to read. Only what passed is remembered.
 * @param name executable; the machine's own compiler when absent
 */
export async function probeCompiler(options: ProbeOptions, name?: string): Promise<Probe> {
  const found = await probeTool('cc', options, name);
  if (found.state !== 'good') return found;
  const { tool } = found;
  const key = `sound: ${tool.path}`;
  if (options.versions?.recallAs(key, options.env) !== undefined) return found;
  const ask = () => whyUnsound(tool, options);
  const said = options.versions === undefined ? await ask() : await askOnce(options.versions, key, ask);
  if (said !== undefined) return { state: 'broken', path: tool.path, said };
  options.versions?.remember(tool, options.env, '/', key);
  return found;
}

/** What a compiler says when it cannot read stdlib.h; undefined when it can. */
async function whyUnsound(tool: ToolFound, { env, signal }: ProbeOptions): Promise<string | undefined> {
  const result = await runTool(tool.path, ['-E', '-xc', '-'], {
    input: '#include <stdlib.h>\n',
    timeout: CHECK_MS,
    keep: 4096,
    env,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.code === 0) return undefined;
  const lines = result.stderr.trim().split('\n');
  return lines.find((line) => line.includes('error')) ?? (lines[0] || 'stdlib.h cannot be read');
}
