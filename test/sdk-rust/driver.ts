import { spawnSync } from 'node:child_process';

const register = {
  host: { name: 'cpex', version: '1.0.0', features: [] },
  schema_version: 1,
  config: {},
  limits: { max_request_bytes: 67_108_864, max_response_bytes: 67_108_864 },
};

export const REGISTER = `call plugin.register ${JSON.stringify(register)}`;

/** A line of the script that runs a command of the probe plugin. */
export function command(verb: string, args: unknown = {}): string {
  return `call command.run ${JSON.stringify({ verb_path: [verb], args, env: {} })}`;
}

/** JSON text of a hook request with this text as payload. */
export function hook(payload: string): string {
  const context = '{"request_id":"r","local_state":{},"global_state":{}}';
  return `{"hook":"tool_pre_invoke","payload":${payload},"extensions":{},"context":${context}}`;
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly last: string;
  readonly stderr: string;
}

/** Runs the C host over a script. Throws unless it comes to its own end. */
export function drive(host: string, library: string, script: readonly string[]): Outcome {
  const result = spawnSync(host, [library], {
    input: `${script.join('\n')}\n`,
    encoding: 'utf8',
    timeout: 50_000,
    maxBuffer: 1 << 28,
    env: { ...process.env, RUST_BACKTRACE: '0', HOST_TRACE: '1' },
  });
  if (result.status !== 0) throw new Error(`host ended with ${result.status ?? result.signal}:\n${result.stderr}`);
  const lines = result.stdout.trimEnd().split('\n');
  return { lines: lines.slice(0, -1), last: lines.at(-1) ?? '', stderr: result.stderr };
}
