import { describe } from 'vitest';
import { framesKit } from './harness.js';
import { callSuite } from './suites/calls.js';
import { endingSuite } from './suites/endings.js';

describe('calls to a program in frames', () => callSuite(framesKit));
describe('endings of a program that speaks in frames', () => endingSuite(framesKit));
