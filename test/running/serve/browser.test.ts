import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bin } from '../../shell/cli.js';
import { base64, KEY, noCompiler, Site } from './site.js';

const CHROMIUM = '/usr/bin/chromium';
const site = new Site();
const contexts: { readonly context: BrowserContext; readonly folder: string }[] = [];

afterEach(async () => {
  for (const { context, folder } of contexts.splice(0)) {
    await context.close();
    // Its processes write a last time on their way out.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  await site.stop();
});
afterAll(() => site.close());

const missing = noCompiler ?? (existsSync(CHROMIUM) ? undefined : `no ${CHROMIUM}`);

/** A browser with a profile of its own, which talks to nobody but the page. */
async function browser(): Promise<BrowserContext> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cpex-chromium-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    headless: true,
    timeout: 120_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.setDefaultTimeout(60_000);
  contexts.push({ context, folder });
  return context;
}

const HOME = '/v0/resource/plugins/pages/home';
/** A page as authors write them: it asks for the key and fetches a management route with it. */
const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Status</title>
<h1>Status</h1>
<label>Key <input id="key"></label> <button id="load">Load</button>
<p id="out" role="status"></p>
<script>
document.getElementById('load').addEventListener('click', async () => {
  const answer = await fetch('/v0/management/status?part=1', {
    method: 'POST',
    headers: { Authorization: 'Bearer ' + document.getElementById('key').value },
    body: 'from the page',
  });
  const text = await answer.text();
  document.getElementById('out').textContent = answer.status + ' ' + text;
});
</script></html>`;

const plugin = {
  routes: [{ Method: 'POST', Path: '/status', Description: 'What it does' }],
  resources: [{ Path: '/home', Menu: 'Status page', Description: 'How it goes' }],
  answers: {
    [HOME]: { Headers: { 'Content-Type': ['text/html; charset=utf-8'] }, Body: base64(HTML) },
    '/v0/management/status': {
      Headers: { 'Content-Type': ['application/json'] },
      Body: base64('{"served":3,"note":"<fine>"}'),
    },
  },
};

describe.skipIf(missing !== undefined)(
  `a plugin's page in a browser${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 300_000 },
  () => {
    it('is reached from the index page and talks to the management routes', async () => {
      const { serving, notes } = await site.page(plugin);
      const page = await (await browser()).newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));

      await page.goto(serving.origin);
      expect(await page.title()).toBe('Plugins on cpex');
      // The page's own rules let its style through.
      expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).toBe('960px');
      expect(problems.filter((text) => !text.includes('favicon'))).toEqual([]);
      await page.getByRole('link', { name: 'Status page' }).click();
      await page.waitForURL(`${serving.origin}${HOME}`);
      expect(await page.getByRole('heading').textContent()).toBe('Status');

      await page.getByRole('button', { name: 'Load' }).click();
      const out = page.getByRole('status');
      await out.filter({ hasText: '401' }).waitFor();
      expect(await out.textContent()).toBe('401 {"error":"invalid management key"}');

      await page.getByLabel('Key').fill(KEY);
      await page.getByRole('button', { name: 'Load' }).click();
      await out.filter({ hasText: '200' }).waitFor();
      // As from the real host: escaped, so that a careless page shows it as text.
      expect(await out.textContent()).toBe('200 {"note":"&lt;fine&gt;","served":3}');
      expect(notes).toEqual([]);
    });

    it('is not read by a page from elsewhere', async () => {
      const { serving } = await site.page(plugin);
      const page = await (await browser()).newPage();
      await page.goto('data:text/html,<title>elsewhere</title>');
      const read = await page.evaluate(
        (url) =>
          fetch(url)
            .then((answer) => answer.text())
            .catch((error: Error) => `refused: ${error.message}`),
        `${serving.origin}${HOME}`,
      );
      expect(read).toMatch(/^refused: /);
    });
  },
);

describe.skipIf(missing !== undefined)(
  `cpex run --serve${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 300_000 },
  () => {
    it('serves a bare library to a browser until Ctrl-C', async () => {
      const library = site.plugin('pages', plugin);
      const args = [bin, 'run', '--serve', '--plugin', library, '--port', '0', '--open', 'no', '--management-key', KEY];
      const child = spawn(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } });
      const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
      let stdout = '';
      let stderr = '';
      child.stderr.on('data', (part: Buffer) => {
        stderr += part.toString();
      });
      try {
        const origin = await new Promise<string>((done, fail) => {
          child.stdout.on('data', (part: Buffer) => {
            stdout += part.toString();
            const found = /^Serving on (http:\/\/127\.0\.0\.1:\d+)\/$/m.exec(stdout)?.[1];
            if (found !== undefined && stdout.includes('Ctrl-C stops.')) done(found);
          });
          void ended.then(() => fail(new Error(`it ended: ${stdout}${stderr}`)));
        });
        expect(stdout).toContain(`Management key: ${KEY}`);
        expect(stdout).toContain(`  Status page  ${origin}${HOME}`);
        expect(stdout).toContain('  POST /v0/management/status');
        const page = await (await browser()).newPage();
        await page.goto(`${origin}${HOME}`);
        await page.getByLabel('Key').fill(KEY);
        await page.getByRole('button', { name: 'Load' }).click();
        await page.getByRole('status').filter({ hasText: 'served' }).waitFor();
        // The browser's connection stays open; it must not hold the command up.
        child.kill('SIGINT');
        expect(await ended).toEqual([0, null]);
        expect(stderr).toMatch(/^POST \/v0\/management\/status\?part=1 200 \d+ ms$/m);
        expect(spawnSync('pgrep', ['-f', library]).stdout.toString()).toBe('');
      } finally {
        child.kill('SIGKILL');
      }
    });
  },
);
