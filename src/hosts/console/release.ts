import type { ReleaseRules } from '../../model/profile.js';
import { executableRelease } from '../executables.js';

/** Console takes a plugin by its path and knows no releases. */
export const consoleRelease: ReleaseRules = executableRelease;
