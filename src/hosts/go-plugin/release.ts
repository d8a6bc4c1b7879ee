import type { ReleaseRules } from '../../model/profile.js';
import { executableRelease } from '../executables.js';

/** Applications of go-plugin have no form of releases in common. */
export const goPluginRelease: ReleaseRules = executableRelease;
