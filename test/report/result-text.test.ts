import { describe, expect, it } from 'vitest';
import { renderAdopt } from '../../src/report/adopt-text.js';
import { renderServing } from '../../src/report/serve-text.js';

describe('what people read at the end', () => {
  const adopted = { root: '/work/p', action: 'create', manifest: { id: 'p' }, text: 'id: p\n', found: {} } as const;

  it('names the cpex.yaml that was written, or would be', () => {
    const [first] = renderAdopt({ ...adopted, dryRun: false }, '/work/p').split('\n');
    expect(first).toBe('Adopted p: wrote cpex.yaml.');
    expect(renderAdopt({ ...adopted, dryRun: false }, '/work')).toContain('wrote p/cpex.yaml.');
    expect(renderAdopt({ ...adopted, dryRun: true }, '/work')).toContain('Would create p/cpex.yaml:\n\nid: p');
  });

  it('says why there is nothing to open', () => {
    const serving = { origin: 'http://127.0.0.1:1', key: 'k', resources: [], routes: [] };
    const route = { plugin: 'p', method: 'GET', path: '/v0/management/x', launch: '', menu: '' };
    expect(renderServing(serving)).toContain('No pages and no routes: plugins name them with');
    expect(renderServing({ ...serving, routes: [route] })).not.toContain('No pages');
  });
});
