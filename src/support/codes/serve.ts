import type { CodeEntry } from './entry.js';

export const serveCodes = {
  CPEX_E_SERVE_PORT: {
    kind: 'environment',
    exit: 3,
    title: 'The port for serving cannot be had',
    text: '`cpex run --serve` listens on 127.0.0.1 alone. Without --port it takes 8317, the port of CLIProxyAPI, or any free one where that is taken; a port that was named is taken or nothing is. Another program may listen there, a real host for example, or the system keeps low ports for itself.',
  },
  CPEX_E_SERVE_NOTHING: {
    kind: 'child',
    exit: 4,
    title: 'There is no plugin to serve',
    text: 'Every plugin that was named failed to load or to register, so it has neither routes nor pages. The warnings carry the real host’s own messages, which a search in its log finds as well.',
  },
  CPEX_E_SERVE_HOST: {
    kind: 'user',
    exit: 2,
    title: 'This host serves no pages of plugins',
    text: 'Management routes and pages are something that CLIProxyAPI has; plugins for other hosts have none. Name the host with --host cliproxy where a library says nothing of it.',
  },
} as const satisfies Record<string, CodeEntry>;
