const FLAG = {
  key: 'new-checkout',
  description: 'Shows the new checkout.',
  enabled: true,
  scope: 'global',
  rollout: 50,
  variants: [{ key: 'blue', value: 'blue', weight: 100 }],
  createdAtUnixNano: '1767322800000000001',
  updatedAtUnixNano: '1767322800000000001',
};

const COMPONENT = {
  key: 'api',
  name: 'API',
  description: 'Answers requests.',
  provider: 'http',
  config: { url: 'https://example.com/healthz' },
};

const CHECK = {
  component: 'api',
  state: 1,
  message: 'reachable',
  latencyNanos: '1500000',
  checkedAtUnixNano: '1767322800000000001',
};

/** Requests that mean something to Console, by method; a plugin's own contract may take others. */
export const CONSOLE_SAMPLES: Readonly<Record<string, unknown>> = {
  CreateFlag: FLAG,
  UpdateFlag: FLAG,
  GetFlag: { key: FLAG.key },
  DeleteFlag: { key: FLAG.key },
  CreateComponent: COMPONENT,
  UpdateComponent: COMPONENT,
  GetComponent: { key: COMPONENT.key },
  DeleteComponent: { key: COMPONENT.key },
  RecordCheck: CHECK,
  LatestCheck: { key: COMPONENT.key },
  Check: COMPONENT,
  Notify: {
    type: 'component_down',
    title: 'API is down',
    message: 'It does not answer.',
    component: 'api',
    from: 1,
    to: 3,
    atUnixNano: '1767322800000000001',
  },
  Complete: { system: 'Answer in one word.', messages: [{ role: 'user', text: 'Hello' }], maxTokens: 16 },
};
