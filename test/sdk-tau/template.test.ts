import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/model/target.js';
import type { CapabilityUse } from '../../src/project/capabilities.js';
import { projectFiles } from '../../src/scaffold/project-files.js';
import { missingToolchain, TauProject } from './project.js';

const use = (text: string): CapabilityUse => {
  const [flag = '', argument = ''] = text.split(':');
  return { flag, argument } as CapabilityUse;
};

/** A project as `cpex new` writes it. */
function scaffold(language: Language, capabilities: readonly string[]): TauProject {
  const { files } = projectFiles(
    {
      id: 'sample-plugin',
      language,
      host: 'tau',
      capabilities: capabilities.map(use),
      root: '/unused',
      author: 'Sample Author',
      description: 'A sample plugin.',
      license: 'none',
      ci: 'none',
      git: false,
      year: 2026,
    },
    '0.0.0',
  );
  return new TauProject(language, files);
}

/** Formats, lints and tests a project; returns how many tests there were, where the tool counts them. */
const CHECKS: Record<Language, (project: TauProject) => void> = {
  go: (project) => {
    expect(project.run('gofmt', '-d', '.')).toBe('');
    project.run('go', 'vet', './...');
    expect(project.run('go', 'test', '-race', '.')).toContain('ok  \tsample-plugin');
  },
  rust: (project) => {
    project.run('cargo', 'fmt', '--check');
    project.run('cargo', 'clippy', '--locked', '--all-targets', '--', '-D', 'warnings');
    expect(project.run('cargo', 'test', '--locked')).toContain('0 failed');
  },
  c: (project) => {
    if (spawnSync('clang-format', ['--version']).status === 0) {
      project.run('clang-format', '--dry-run', '--Werror', 'src/plugin.c', 'tests/test_plugin.c');
    }
    project.build('-O1', 'test_plugin');
    project.run('ctest', '--test-dir', 'build-O1', '--output-on-failure');
  },
};

describe.each(['go', 'rust', 'c'] as const)('the template for tau in %s', (language) => {
  const missing = missingToolchain(language);

  it
    .skipIf(missing !== undefined)
    .each([
      [['tool:greet', 'hook:before_agent_start', 'command:hello']],
      [['tool:count_words', 'tool:a_long_tool_name', 'hook:after_tool_result', 'hook:session_start', 'command:say-hi']],
      [['tool:match']],
      [['hook:before_agent_start']],
      [['command:wave', 'command:bow']],
    ])('is clean and passes its tests for %s', { timeout: 300_000 }, (capabilities) => {
    const project = scaffold(language, capabilities);
    try {
      CHECKS[language](project);
      const readme = readFileSync(`${project.folder}/README.md`, 'utf8');
      for (const { flag, argument } of capabilities.map(use)) {
        if (flag !== 'command') expect(readme).toContain(`cpex run ${flag} ${argument}\n`);
      }
    } finally {
      project.remove();
    }
  });

  it.skipIf(missing !== undefined)('has a host for unit tests that sees output, requests and cancellations', () => {
    const project = new TauProject(language).useFixture(true);
    try {
      CHECKS[language](project);
    } finally {
      project.remove();
    }
  });
});
