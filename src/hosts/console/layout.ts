import type { FileLayout } from '../../model/profile.js';
import { executableLayout } from '../executables.js';

/** Console is told the path of each plugin by its environment, so any folder will do. */
export const consoleLayout: FileLayout = executableLayout('console');
