import type { Ending } from '../../model/session.js';
import type { StartRefusal } from '../process/start.js';

/** How much of what came in place of a frame is shown, in bytes. */
const SHOWN = 120;

type Refusal = Extract<Ending, { kind: 'refused' }>;

/** What became of the first request: a plugin that takes calls, or a refusal. */
export type InitAnswer = { readonly abiVersion: number } | { readonly refusal: Refusal };

/** Body of `cpex.init`. */
export function initRequest(abiVersion: number): Uint8Array {
  return Buffer.from(JSON.stringify({ abi_version: abiVersion }));
}

/** Reads the answer to `cpex.init`: code and envelope (ABI-STDIO-006). */
export function readInit(code: number, body: Uint8Array, abiVersion: number): InitAnswer {
  const text = Buffer.from(body).toString();
  const said = parse(text);
  if (code !== 0) {
    const { error } = (said ?? {}) as { error?: { code?: unknown; message?: unknown } };
    const stage = error?.code === 'table_incomplete' ? 'table' : 'init';
    const words = typeof error?.message === 'string' ? `: ${error.message}` : '.';
    const message = `The plugin refused to be initialised with code ${code}${words}`;
    return { refusal: { kind: 'refused', stage, code, message } };
  }
  const { result } = (said ?? {}) as { result?: { abi_version?: unknown } };
  const theirs = result?.abi_version;
  if (typeof theirs !== 'number') {
    const message = 'The plugin did not say which version of the ABI it speaks.';
    return { refusal: { kind: 'refused', stage: 'handshake', message, evidence: [`answer: ${shown(body)}`] } };
  }
  if (theirs === abiVersion) return { abiVersion: theirs };
  const message = `The plugin speaks ABI version ${theirs}; this host speaks ${abiVersion}.`;
  return { refusal: { kind: 'refused', stage: 'version', code: theirs, message } };
}

/** What to say of a plugin that wrote something else than frames to its standard output. */
export function garbledOutput(why: string, bytes: Uint8Array): StartRefusal {
  return {
    stage: 'handshake',
    message: `The plugin wrote to standard output what is no frame: ${why}.`,
    evidence: [`stdout: ${shown(bytes)}`],
    remedy:
      'Build it with "cpex build --as process", and write nothing to descriptor 1 beside the SDK: it is the channel to the host.',
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, SHOWN)).toString('latin1'));
  return bytes.byteLength > SHOWN ? `${text} and ${bytes.byteLength - SHOWN} bytes more` : text;
}
