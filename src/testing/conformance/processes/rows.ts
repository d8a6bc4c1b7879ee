import type { ConformanceTest } from '../types.js';
import { CONSOLE } from './console-rows.js';
import { GRPC } from './grpc-rows.js';
import { TAU } from './tau-rows.js';

/** What is asked of plugins that are processes; clauses are those of the pages in docs/hosts. */
export const PROCESSES: readonly ConformanceTest[] = [...GRPC, ...CONSOLE, ...TAU];
