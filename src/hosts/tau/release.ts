import type { ReleaseRules } from '../../model/profile.js';
import { executableRelease } from '../executables.js';

/** tau has no archives of its own; `plugins.toml` names the executable. */
export const tauRelease: ReleaseRules = executableRelease;
