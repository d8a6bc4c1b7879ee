/** Milliseconds for a start and a call while somebody looks at the plugin with a debugger: a day. */
export const DEBUG_LIMIT_MS = 24 * 60 * 60 * 1000;
