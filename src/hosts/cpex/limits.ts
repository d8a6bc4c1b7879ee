/** Largest body in bytes, either way; announced when a plugin registers. */
export const BODY_LIMIT = 64 * 1024 * 1024;
