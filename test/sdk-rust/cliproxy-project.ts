import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contractData } from '../../src/project/contract-data.js';
import { projectFiles } from '../../src/scaffold/project-files.js';
import { RustProject } from './toolchain.js';

/** Every capability of the host, in the order of its contract. */
export const CAPABILITIES = Object.keys(contractData('cliproxy').capabilities);

/** A project with these capabilities, file for file as `cpex new` writes it. */
export function cliproxyProject(name: string, capabilities: readonly string[]): RustProject {
  return new RustProject(name, ({ folder }) => {
    for (const file of projectFiles(answers(name, capabilities, folder), '0.0.0').files) {
      const target = path.join(folder, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.text);
    }
  });
}

function answers(id: string, capabilities: readonly string[], root: string) {
  return {
    id,
    root,
    language: 'rust',
    host: 'cliproxy',
    capabilities: capabilities.map((capability) => ({ text: capability, capability, flag: capability })),
    author: 'Ada',
    description: 'For tests.',
    repository: 'https://github.com/ada/x',
    license: 'none',
    ci: 'none',
    git: false,
    year: 2026,
  } as const;
}
