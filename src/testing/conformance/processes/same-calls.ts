/**
 * Tests of libraries that mean the same for the same plugin as a process: what it answers, what it asks its host, how it
 * starts and stops. What they leave out is about files that are loaded, memory that is shared, and guests in a process.
 */
const SAME_CALLS: ReadonlySet<string> = new Set([
  ...['init.ok', 'register.ok', 'shutdown.ok'],
  ...['env.utf8', 'env.single', 'env.shape', 'env.rc'],
  ...['meta.required', 'meta.match', 'meta.caps', 'meta.stable', 'method.unknown'],
  ...['codec.choice', 'codec.switch', 'codec.answer', 'codec.callback', 'codec.agree', 'codec.exact', 'codec.hostile'],
  ...['err.badjson', 'err.types', 'err.panic', 'err.secret'],
  ...['cb.early', 'cb.rc', 'cb.err', 'cb.empty', 'cb.garbage', 'cb.large', 'cb.slow', 'cb.allow', 'cb.scope'],
  ...['cb.reenter', 'life.silence'],
]);

/** Whether a test of the native ABI judges the frames of docs/abi.md, section 16, too. */
export function judgesFrames(
  id: string,
  { name, transport }: { readonly name: string; readonly transport: string },
): boolean {
  return name === 'cpex' && transport === 'stdio' && SAME_CALLS.has(id);
}
