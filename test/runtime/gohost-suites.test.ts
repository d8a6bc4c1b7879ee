import { describe } from 'vitest';
import { goKit, toolchain } from './harness.js';
import { callSuite } from './suites/calls.js';
import { endingSuite } from './suites/endings.js';

const go = toolchain('go', 'version');

describe.skipIf(go === undefined)(`calls through the host in Go (${go ?? 'skipped: go is not installed'})`, () =>
  callSuite(goKit),
);
describe.skipIf(go === undefined)(`endings in the host in Go (${go ?? 'skipped: go is not installed'})`, () =>
  endingSuite(goKit),
);
