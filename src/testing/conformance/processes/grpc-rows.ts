import type { ConformanceTest } from '../types.js';

/** What is asked of every plugin that is started by the rules of go-plugin. */
export const GRPC: readonly ConformanceTest[] = [];
