import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_DEADLINES, openPlugin } from '../../../src/host-process/reference-host.js';
import { findProfile } from '../../../src/hosts/registry.js';
import type { TraceRecord } from '../../../src/model/session.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { nativeEngine } from '../../../src/runtime/native/engine.js';
import { compileC, missingTools } from '../support/compile.js';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex transcript ')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const missing = missingTools('cc');
const EXPECTED = path.join(import.meta.dirname, 'transcript.txt');

/** A message as a line; what depends on the day, such as times and folders, is not part of any. */
function line({ direction, kind, method, code, body }: TraceRecord): string {
  const arrow = direction === 'to-plugin' ? '>' : '<';
  const text = Buffer.from(body).toString('utf8');
  return `${arrow} ${kind} ${method}${code === undefined ? '' : ` ${code}`}${text === '' ? '' : `\n  ${text}`}`;
}

describe.skipIf(missing !== undefined)(`a session of cliproxy${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('is, byte for byte, what the real host and the plugin say to one another', { timeout: 120_000 }, async () => {
    const records: TraceRecord[] = [];
    const plugin = await openPlugin({
      artefact: compileC('cliproxy/session', folder),
      target: hostTarget().name,
      profile: findProfile('cliproxy'),
      engine: nativeEngine(),
      cwd: folder,
      services: {
        pluginId: 'session',
        allowNet: false,
        script: {
          http: [
            { url: 'https://api.example.org/v1?a=1&b=2', status: 404, headers: { 'x-b': '2' }, body: '<no>' },
            { method: 'POST', url: 'https://api.example.org/stream', status: 200, chunks: ['first', 'second'] },
          ],
          model: [{ model: 'small', body: '{"answer":"<&>"}' }],
        },
      },
      deadlines: DEFAULT_DEADLINES,
      signal: new AbortController().signal,
      trace: (record) => records.push(record),
    });
    const registered = await plugin.register({ key: 'a: b', list: [1, 'two'], nested: { deep: true } });
    expect(registered.registration?.id).toBe('plugin');
    await plugin.register({ enabled: true, priority: 3 }, { again: true });
    await plugin.invoke('executor.identifier', {});
    const request = {
      Model: 'm',
      Format: 'openai',
      Headers: { 'X-Q': ['a&b', '<c>'] },
      Payload: 'e30=',
      Metadata: { z: 1, a: null },
    };
    await plugin.invoke('executor.execute', request);
    const { stream } = await plugin.invoke('executor.execute_stream', { ...request, Stream: true });
    expect(stream?.chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['one', 'two']);
    const failed = await plugin.invoke('executor.count_tokens', request);
    expect(failed.envelope.error).toMatchObject({ message: 'cannot count <&>' });
    expect((await plugin.close()).kind).toBe('clean');
    await expect(`${records.map(line).join('\n')}\n`).toMatchFileSnapshot(EXPECTED);
  });
});
