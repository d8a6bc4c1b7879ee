import type { FileLayout } from '../../model/profile.js';
import { executableLayout } from '../executables.js';

/** Applications of go-plugin each look in a folder of their own, which `--to` names; this is the one when it does not. */
export const goPluginLayout: FileLayout = executableLayout('go-plugin');
