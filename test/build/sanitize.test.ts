import { describe, expect, test } from 'vitest';
import { requirePossible, sanitizerTag } from '../../src/build/sanitize/sanitizer.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';

describe('what is refused before a tool is started', () => {
  test.each([
    ['go', 'thread', 'cannot be loaded into a running process'],
    ['go', 'undefined', 'no undefined behaviour'],
    ['rust', 'undefined', 'no such sanitizer'],
  ] as const)('%s with %s', (language, sanitizer, reason) => {
    expect(() => requirePossible(sanitizer, language, hostTarget(), 'library')).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_BUILD_SANITIZE',
        exit: 2,
        evidence: [expect.stringContaining(reason)],
        remedy: expect.any(String),
      }),
    );
  });

  test('any other target than the machine itself', () => {
    const foreign = hostTarget().name === 'linux-arm64' ? TARGETS['linux-x64'] : TARGETS['linux-arm64'];
    expect(() => requirePossible('address', 'c', foreign, 'library')).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_BUILD_SANITIZE',
        evidence: [expect.stringContaining(hostTarget().name)],
      }),
    );
  });

  test('executables, whose run-time library nobody preloads', () => {
    expect(() => requirePossible('address', 'c', hostTarget(), 'executable')).toThrow(
      expect.objectContaining({ code: 'CPEX_E_BUILD_SANITIZE', evidence: ['cpex instruments libraries only.'] }),
    );
  });

  test('the rest is allowed, each in folders of its own', () => {
    for (const sanitizer of ['address', 'undefined', 'thread'] as const)
      requirePossible(sanitizer, 'c', hostTarget(), 'library');
    requirePossible('address', 'go', hostTarget(), 'library');
    requirePossible('thread', 'rust', hostTarget(), 'library');
    expect(new Set((['address', 'undefined', 'thread'] as const).map(sanitizerTag)).size).toBe(3);
  });
});
