#!/usr/bin/env node
// cpex from the sources of this clone: makes dist/ anew when it is stale, then starts as installed.
import { buildAll, isFresh } from '../scripts/build.mjs';

if (!isFresh()) await buildAll();
await import('./run.cjs');
