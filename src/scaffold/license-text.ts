import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../support/package-root.js';
import type { NewAnswers } from './answers.js';

/** The text of the chosen licence with year and holder; undefined for `none`. */
export function licenseText(answers: Pick<NewAnswers, 'license' | 'author' | 'year'>): string | undefined {
  if (answers.license === 'none') return undefined;
  const file = path.join(packageRoot(), 'templates', 'licenses', `${answers.license}.txt`);
  return readFileSync(file, 'utf8')
    .replace('{year}', () => String(answers.year))
    .replace('{author}', () => answers.author);
}
