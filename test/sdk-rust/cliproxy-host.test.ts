import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceOptions } from '../../src/model/profile.js';
import { Bench, type Opened } from '../hosts/cliproxy/bench.js';
import { cliproxyProject } from './cliproxy-project.js';
import { missingToolchain, type RustProject } from './toolchain.js';

const missing = missingToolchain();
const base64 = (text: string) => Buffer.from(text).toString('base64');

const script = {
  http: [{ url: 'https://a.test/x?a=1&b=<2>', status: 203, chunks: ['one ', 'two ', '<&>'] }],
  model: [{ model: 'other', body: 'whole', chunks: ['data: 1\n\n', 'data: 2\n\n'] }],
  auth: { 'ada.json': { type: 'own', email: 'ada@example.org' } },
};

describe.skipIf(missing !== undefined)(
  `a Rust plugin in the cliproxy host${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const bench = new Bench();
    let project: RustProject;
    let library = '';
    beforeAll(() => {
      project = cliproxyProject('sdk-rust-cliproxy-probe', ['executor']);
      cpSync(path.join(import.meta.dirname, 'cliproxy-probe.rs'), path.join(project.folder, 'src/lib.rs'));
      rmSync(path.join(project.folder, 'src/tests.rs'));
      library = project.build('debug');
    });
    afterAll(async () => {
      await bench.remove();
      project.remove();
    });

    async function start(services: Partial<ServiceOptions> = {}): Promise<Opened> {
      const opened = await bench.start(library, { services });
      await opened.plugin.register({ limit: 7 });
      return opened;
    }

    /** What the executor answered, or its error. */
    async function execute({ plugin }: Opened, model: string, payload = ''): Promise<unknown> {
      const { envelope } = await plugin.invoke('executor.execute', { Model: model, Payload: base64(payload) });
      if (!envelope.ok) return 'error' in envelope ? envelope.error : envelope;
      return Buffer.from(String((envelope.result as { Payload: string }).Payload), 'base64').toString();
    }

    async function stream({ plugin }: Opened, model: string) {
      const { stream: seen } = await plugin.invoke('executor.execute_stream', { Model: model, Stream: true });
      return { pieces: seen?.chunks.map((chunk) => Buffer.from(chunk).toString()), error: seen?.error };
    }

    it('registers with formats and scope, and takes its configuration', async () => {
      const opened = await bench.start(library);
      const { invocation, findings } = await opened.plugin.register({ limit: 7 });
      expect(findings).toEqual([]);
      expect(invocation.envelope).toMatchObject({
        ok: true,
        result: {
          schema_version: 1,
          metadata: { Name: 'sdk-rust-cliproxy-probe', Author: 'Ada' },
          capabilities: {
            executor: true,
            executor_model_scope: 'static',
            executor_input_formats: ['openai'],
            executor_output_formats: ['openai', 'claude'],
          },
        },
      });
      expect(await execute(opened, 'config')).toBe('7');
      await opened.plugin.register({ limit: 8 }, { again: true });
      expect(await execute(opened, 'config')).toBe('8');
    });

    it('asks its host for pages, models and credentials', async () => {
      const opened = await start({ script });
      expect(await execute(opened, 'http')).toBe('203 one two <&>');
      expect(await execute(opened, 'http stream')).toBe('203 one two <&>');
      expect(await execute(opened, 'http refused')).toMatchObject({
        code: 'host_call_failed',
        message: expect.stringContaining('https://b.test/'),
      });
      expect(await execute(opened, 'model stream')).toBe('data: 1\n\n|data: 2\n\n');
      expect(await execute(opened, 'auth')).toBe('saved.json');
      expect(opened.noticed()).toEqual([]);
    });

    it('streams many pieces from a thread, and ends in every way', async () => {
      const opened = await start();
      const pieces = Array.from({ length: 40 }, (_, at) => `piece ${at}`);
      expect(await stream(opened, 'finite')).toEqual({ pieces: ['a', '', 'b'], error: undefined });
      expect(await stream(opened, 'whole')).toEqual({ pieces, error: undefined });
      expect(await stream(opened, 'fails')).toEqual({ pieces, error: 'no more' });
      const abandoned = 'the plugin ended without finishing this stream';
      expect(await stream(opened, 'forgets')).toEqual({ pieces, error: abandoned });
      expect(await stream(opened, 'panics')).toEqual({ pieces, error: abandoned });
      expect(await execute(opened, 'echo', 'still here')).toBe('still here');
      expect(opened.noticed()).toEqual([]);
    });

    it('turns errors and panics into envelopes, and ends in order', async () => {
      const opened = await start();
      expect(await execute(opened, 'limit')).toMatchObject({ code: 'limit', message: 'none left' });
      expect(opened.bodies('to-host').at(-1)).toContain('"retryable":true,"http_status":429');
      expect(await execute(opened, 'panic')).toMatchObject({
        code: 'plugin_panic',
        message: 'the plugin panicked: on purpose',
      });
      expect(await execute(opened, 'echo', 'still here')).toBe('still here');
      await opened.plugin.close();
      expect(opened.events).toContainEqual(expect.objectContaining({ kind: 'log', message: 'bye' }));
    });
  },
);
