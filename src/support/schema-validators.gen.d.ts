import type { ValidateFunction } from 'ajv';

/** Checks a whole `cpex.yaml` against `schemas/manifest.json`. */
export const manifest: ValidateFunction;
/** Checks one case against `Case` of `schemas/case.json`. */
export const caseFile: ValidateFunction;
/** Checks a whole `cpex-toolchains.lock` against `schemas/toolchains-lock.json`. */
export const toolchainsLock: ValidateFunction;
/** Checks a bundle of a failed test against `schemas/repro.json`. */
export const repro: ValidateFunction;
/** Checks a configuration of a pipeline against `schemas/pipeline.json`. */
export const pipeline: ValidateFunction;
/** Checks a plan of a build against `schemas/build-plan.json`. */
export const buildPlan: ValidateFunction;
