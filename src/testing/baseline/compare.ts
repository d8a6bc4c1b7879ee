import { equalJson } from '../../hosts/exact-equal.js';
import type { SampleCall } from '../../model/profile.js';
import { type Change, compareDeclarations, compareShapes } from './changes.js';
import { type Answer, type Face, keyOf } from './face.js';

/** Exports that a language's runtime adds, which nobody calls. */
const RUNTIME = /^(_cgo|crosscall|x_cgo|_rust|rust_|__rust)/;

/** What differs in what two builds show without being called. */
export function compareFaces(before: Face, after: Face): Change[] {
  const [older, newer] = [before.registration, after.registration];
  return [
    ...compareIdentity(older.id, newer.id),
    ...compareDeclarations('registration', withoutKnown(older.raw), withoutKnown(newer.raw), ''),
    ...Object.keys({ ...older.capabilities, ...newer.capabilities }).flatMap((name) =>
      compareDeclarations('methods', older.capabilities[name], newer.capabilities[name], name),
    ),
    ...compareExports(before, after),
  ];
}

/** What differs in what they answer to the same calls. */
export function compareAnswers(
  calls: readonly SampleCall[],
  before: ReadonlyMap<string, Answer>,
  after: ReadonlyMap<string, Answer>,
): Change[] {
  return calls.flatMap((call) => {
    const [old, now] = [before.get(keyOf(call)), after.get(keyOf(call))];
    const what = `The answer to ${call.method}`;
    const breaking = (message: string): Change[] => [{ aspect: 'behaviour', kind: 'breaking', message }];
    if (old === undefined) return [];
    if (now === undefined) return breaking(`${what} does not come any more: the plugin dies or hangs.`);
    const [was, is] = [old.envelope, now.envelope];
    if (was.ok === true && is.ok !== true) return breaking(`${what} is the error ${is.error?.code}; it was a result.`);
    if (was.ok !== true && is.ok === true) {
      return [
        { aspect: 'behaviour', kind: 'addition', message: `${what} is a result; it was the error ${was.error?.code}.` },
      ];
    }
    if (was.error?.code !== is.error?.code) {
      return breaking(`${what} is the error ${is.error?.code}; it was ${was.error?.code}.`);
    }
    const shapes = compareShapes(was.result, is.result, what);
    if (shapes.length > 0 || !old.steady || !now.steady || equalJson(was.result, is.result)) return shapes;
    return [{ aspect: 'behaviour', kind: 'change', message: `${what} has other values.` }];
  });
}

function compareIdentity(before: string, after: string): Change[] {
  if (before === after) return [];
  const message = `The plugin's id is ${after}; it was ${before}: for its users it is another plugin.`;
  return [{ aspect: 'registration', kind: 'breaking', message }];
}

/** The registration without what is compared elsewhere, or changes with every release. */
function withoutKnown(raw: unknown): unknown {
  const { capabilities: _, metadata, ...rest } = raw as { capabilities?: unknown; metadata?: Record<string, unknown> };
  const { id: __, version: ___, Version: ____, ...about } = metadata ?? {};
  return { ...rest, metadata: about };
}

function compareExports(before: Face, after: Face): Change[] {
  const gone = before.exports.filter((name) => !after.exports.includes(name) && !RUNTIME.test(name));
  const fresh = after.exports.filter((name) => !before.exports.includes(name) && !RUNTIME.test(name));
  const changes: Change[] = [
    ...gone.map(
      (name): Change => ({ aspect: 'exports', kind: 'breaking', message: `${name} is not exported any more.` }),
    ),
    ...fresh.map((name): Change => ({ aspect: 'exports', kind: 'addition', message: `${name} is exported now.` })),
  ];
  if (before.glibc === after.glibc || after.glibc === undefined) return changes;
  const was = before.glibc === undefined ? 'needed none' : `needed ${before.glibc}`;
  return [...changes, { aspect: 'exports', kind: 'change', message: `It needs glibc ${after.glibc}; it ${was}.` }];
}
