import type { BadPlugin, GoodPlugin } from '../types.js';

/** A plugin of `native/corpus/console` with one seam, broken in the way of that name. */
function withSeam(
  seam: string,
  source: string,
  fires: BadPlugin['fires'],
  says?: BadPlugin['says'],
  more?: Partial<BadPlugin>,
): BadPlugin {
  const where = {
    module: 'console',
    language: 'go',
    host: 'console',
    process: { env: { CORPUS_SEAM: seam } },
  } as const;
  return { source, ...where, fires, ...(says === undefined ? {} : { says }), ...more };
}

const store = (defect: string, test: string, says: RegExp, more: BadPlugin['fires'] = {}) =>
  withSeam('store', defect, { [`con.store.${test}`]: 'fail', ...more }, { [`con.store.${test}`]: says });

/** Plugins that break a rule of Console. */
export const BAD_CONSOLE: readonly BadPlugin[] = [
  withSeam('', 'no-seam', { 'con.seam': 'fail' }, { 'con.seam': /none of the four seams[\s\S]*OtherService/ }),
  withSeam('store', 'undescribed', { 'con.contract': 'pass' }, { 'con.contract': /provisional[\s\S]*reflection/ }),
  store('unusable', 'ping', /cannot be used[\s\S]*UNAVAILABLE: corpus: the database does not answer/),
  store('no-cohort', 'keep', /cohort: given "beta", got ""/),
  store('no-config', 'keep', /config: given \{"url"/),
  store('sorts-variants', 'keep', /variants: given \[\{"key":"green"/),
  store('floats', 'times', /floating-point/),
  store('microseconds', 'times', /cut to microseconds/),
  store('zero-time', 'times', /time\.Time\{\}/),
  store('wrong-missing', 'missing', /GetFlag answers UNKNOWN[\s\S]*no rows in result set/),
  store('empty-answer', 'missing', /GetFlag answers OK for a key that is not there/),
  store('upserts', 'missing', /UpdateFlag answers OK/),
  store('deletes-anything', 'missing', /DeleteFlag answers OK/),
  store('overwrites', 'conflict', /CreateFlag answers OK for a key that is taken/),
  store('wrong-conflict', 'conflict', /answers FAILED_PRECONDITION/),
  store('no-update', 'update', /not what UpdateFlag was given/),
  store('keeps-deleted', 'delete', /GetFlag answers OK after DeleteFlag/, { 'con.store.list': 'fail' }),
  store('short-list', 'list', /not at all/),
  store('bare-list', 'list', /What ListFlags answers is not/),
  store('first-check', 'checks', /recorded last/),
  store('no-checks', 'checks', /LatestChecks has what is there not at all/),
  withSeam('notifier', 'no-name', { 'con.notify.name': 'warn' }, { 'con.notify.name': /empty/ }),
  withSeam('notifier', 'name-fails', { 'con.notify.name': 'warn' }, { 'con.notify.name': /called "plugin"/ }),
  withSeam('status_provider', 'other-name', { 'con.status.name': 'warn' }, { 'con.status.name': /corpus-2/ }),
  withSeam('llm', 'name-of-process', { 'con.llm.name': 'warn' }, { 'con.llm.name': /another one/ }),
  withSeam('notifier', 'one-type', { 'con.notify.event': 'fail' }, { 'con.notify.event': /flag_changed/ }),
  withSeam('notifier', 'dies-of-type', { 'con.notify.event': 'crash' }, { 'con.notify.event': /no such event/ }),
  withSeam(
    'status_provider',
    'other-component',
    { 'con.status.check': 'fail' },
    { 'con.status.check': /api\.example/ },
  ),
  withSeam('status_provider', 'http-state', { 'con.status.check': 'fail' }, { 'con.status.check': /HTTP/ }),
  withSeam('status_provider', 'negative-latency', { 'con.status.check': 'fail' }, { 'con.status.check': /-1500/ }),
  withSeam('status_provider', 'dies-of-component', { 'con.status.check': 'crash' }),
  withSeam('status_provider', 'seconds', { 'con.status.time': 'fail' }, { 'con.status.time': /in seconds/ }),
  withSeam('status_provider', 'milliseconds', { 'con.status.time': 'fail' }, { 'con.status.time': /in milliseconds/ }),
  withSeam('status_provider', 'go-zero', { 'con.status.time': 'fail' }, { 'con.status.time': /time\.Time\{\}/ }),
  withSeam('llm', 'no-text', { 'con.llm.complete': 'fail' }, { 'con.llm.complete': /no text/ }),
  withSeam('llm', 'dies-of-nothing', { 'con.llm.error': 'crash' }),
  withSeam('llm', 'says-nothing', { 'con.llm.error': 'warn' }, { 'con.llm.error': /no error/ }),
];

const good = (source: string, env: Readonly<Record<string, string>>): GoodPlugin => ({
  ...{ language: 'go', host: 'console', module: 'console' },
  source: `console/${source}`,
  process: { env },
});

/** A good plugin for each seam, one for all of them, and one that does not reach what lies behind it. */
export const GOOD_CONSOLE: readonly GoodPlugin[] = [
  ...['store', 'notifier', 'status_provider', 'llm'].map((seam) => good(seam, { CORPUS_SEAM: seam })),
  good('all', {}),
  good('unreachable', { CORPUS_BEHIND: 'unreachable' }),
];
