import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/support/codes/index.js';

const root = path.resolve(import.meta.dirname, '../..');
const src = path.join(root, 'src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(path.join(src, name), 'utf8') }));
const { commands } = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { flags: Record<string, { name: string; aliases?: string[]; allowNo?: boolean }> }>;
};

describe.each(Object.entries(CODES))('%s', (code, { title, text }) => {
  it('is reported somewhere', () => {
    const reporting = sources.filter((one) => !one.name.startsWith('support/codes/') && one.text.includes(`'${code}'`));
    expect(reporting).not.toEqual([]);
  });

  it('has a title without and a text with a full stop, and names only documents that are there', () => {
    expect(title).toMatch(/^[A-Zc`].*[^.]$/);
    expect(text).toMatch(/^.{60,}[.!]$/s);
    for (const [document] of text.matchAll(/\bdocs\/[a-z-]+\.md/g)) {
      expect(existsSync(path.join(root, document)), document).toBe(true);
    }
  });
});

/** What cpex does, in prose: "cpex asks", "cpex itself". */
const PROSE = /^(itself|[a-z]+s)$/;

const flags = new Set(
  Object.values(commands).flatMap((command) =>
    Object.values(command.flags).flatMap(({ name, aliases = [], allowNo }) => [
      name,
      ...aliases,
      ...(allowNo ? [`no-${name}`] : []),
    ]),
  ),
);

it('advises no command and no flag that is not there', () => {
  const unknown = sources.flatMap(({ name, text }) => {
    const advice = text.matchAll(/(?:`|'|: |[Rr]un |by |\()cpex ([a-z]+)((?: [^`'".;,]*)?)/g);
    return [...advice].flatMap(([whole, command = '', rest = '']) => {
      if (!(command in commands) && PROSE.test(command)) return [];
      const wrong = [...rest.matchAll(/(?<= )--([a-z-]+)/g)].filter(
        ([, flag = '']) => flag !== 'help' && !flags.has(flag),
      );
      return command in commands && wrong.length === 0 ? [] : [`${name}: ${whole}`];
    });
  });
  expect(unknown).toEqual([]);
});
