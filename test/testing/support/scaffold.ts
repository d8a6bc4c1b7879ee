import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Language } from '../../../src/model/target.js';
import type { Cli } from './cli.js';

/** File of the author's logic in each language. */
export const LOGIC: Readonly<Record<Language, string>> = { c: 'src/plugin.c', go: 'plugin.go', rust: 'src/lib.rs' };

/** Makes a project with the hook tool_pre_invoke and the command greet, anew when a test is tried again; returns its folder. */
export async function scaffold(cli: Cli, name: string, language: Language): Promise<string> {
  const capabilities = ['--capability', 'hook:tool_pre_invoke', '--capability', 'command:greet'];
  rmSync(path.join(cli.folder, name), { recursive: true, force: true });
  const made = await cli.run(['new', name, '--lang', language, '--no-git', '--ci', 'none', ...capabilities]);
  expect(made).toMatchObject({ code: 0 });
  return path.join(cli.folder, name);
}

/** Replaces a text that must be there. */
export function patch(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold: ${from}`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}
