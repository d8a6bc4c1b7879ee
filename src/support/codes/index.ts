import { adoptCodes } from './adopt.js';
import { auditCodes } from './audit.js';
import { buildCodes } from './build.js';
import { doctorCodes } from './doctor.js';
import { hostCodes } from './hosts.js';
import { installCodes } from './install.js';
import { packageCodes } from './package.js';
import { pipelineCodes } from './pipeline.js';
import { projectCodes } from './project.js';
import { runtimeCodes } from './runtime.js';
import { scaffoldCodes } from './scaffold.js';
import { serveCodes } from './serve.js';
import { shellCodes } from './shell.js';
import { testingCodes } from './testing.js';

/** Every error that cpex can report, by code: what `cpex explain CODE` prints. */
export const CODES = {
  ...adoptCodes,
  ...auditCodes,
  ...buildCodes,
  ...doctorCodes,
  ...hostCodes,
  ...installCodes,
  ...packageCodes,
  ...pipelineCodes,
  ...projectCodes,
  ...runtimeCodes,
  ...scaffoldCodes,
  ...serveCodes,
  ...shellCodes,
  ...testingCodes,
} as const;

/** A code of the catalogue: an error without an entry does not compile. */
export type ErrorCode = keyof typeof CODES;
