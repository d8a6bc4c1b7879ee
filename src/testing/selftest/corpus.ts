import { BAD_CALLBACKS } from './corpus/callbacks.js';
import { BAD_CLIPROXY } from './corpus/cliproxy.js';
import { BAD_CODEC } from './corpus/codec.js';
import { BAD_CONCURRENCY } from './corpus/concurrency.js';
import { BAD_CONSOLE } from './corpus/console.js';
import { BAD_CROSS } from './corpus/cross.js';
import { BAD_ENVELOPE } from './corpus/envelope.js';
import { BAD_ENVELOPE_PROBE } from './corpus/envelope-probe.js';
import { BAD_FUZZ } from './corpus/fuzz.js';
import { BAD_GOHOST } from './corpus/gohost.js';
import { BAD_GRPC } from './corpus/grpc.js';
import { BAD_HOSTILE } from './corpus/hostile.js';
import { BAD_HYGIENE } from './corpus/hygiene.js';
import { BAD_LIFE } from './corpus/life.js';
import { BAD_MEMORY } from './corpus/memory.js';
import { BAD_SANITIZE } from './corpus/sanitize.js';
import { BAD_SMOKE } from './corpus/smoke.js';
import { BAD_SMOKE_PROBE } from './corpus/smoke-probe.js';
import { BAD_TAU } from './corpus/tau.js';
import { BAD_TORTURE } from './corpus/torture.js';
import type { BadPlugin } from './types.js';

/** Every deliberately broken plugin of the self-test. */
export const CORPUS: readonly BadPlugin[] = [
  ...BAD_SMOKE,
  ...BAD_SMOKE_PROBE,
  ...BAD_ENVELOPE,
  ...BAD_ENVELOPE_PROBE,
  ...BAD_CODEC,
  ...BAD_MEMORY,
  ...BAD_HOSTILE,
  ...BAD_CALLBACKS,
  ...BAD_CONCURRENCY,
  ...BAD_LIFE,
  ...BAD_HYGIENE,
  ...BAD_FUZZ,
  ...BAD_TORTURE,
  ...BAD_SANITIZE,
  ...BAD_GOHOST,
  ...BAD_CLIPROXY,
  ...BAD_CROSS,
  ...BAD_GRPC,
  ...BAD_CONSOLE,
  ...BAD_TAU,
];
