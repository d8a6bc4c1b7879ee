import type { FileLayout } from '../../model/profile.js';
import { executableLayout } from '../executables.js';

/** tau is told the command of each plugin by `plugins.toml`, so any folder will do. */
export const tauLayout: FileLayout = executableLayout('tau');
