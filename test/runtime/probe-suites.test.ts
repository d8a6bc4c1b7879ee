import { describe } from 'vitest';
import { probeKit } from './harness.js';
import { callSuite } from './suites/calls.js';
import { endingSuite } from './suites/endings.js';

describe('calls through the probe', () => callSuite(probeKit));
describe('endings in the probe', () => endingSuite(probeKit));
