/** A part of a message: the fields that it needs, and those that it may have. */
type Part = readonly [needed: Readonly<Record<string, unknown>>, optional: Readonly<Record<string, unknown>>];

const SOURCE = { type: 'base64', data: 'AQI=' };

/** What stands under `content` of each kind. */
const CONTENTS: Readonly<Record<string, Part>> = {
  tool_call: [{ tool_call_id: 'c', name: 'n', arguments: { q: 'é', none: null } }, { namespace: 'ns' }],
  tool_result: [{ tool_call_id: 'c', tool_name: 'n', content: { hits: [1, 0.5, null] } }, { is_error: true }],
  resource: [
    { resource_request_id: 'r', uri: 'file:///a', resource_type: 'file' },
    {
      name: 'a',
      content: 'text',
      blob: 'AP8=',
      mime_type: 'text/plain',
      size_bytes: 2n ** 53n + 1n,
      annotations: { deep: { none: null } },
      version: '1',
    },
  ],
  resource_ref: [
    { resource_request_id: 'r', uri: 'file:///a', resource_type: 'artifact' },
    { name: 'a', range_start: 0, range_end: 2n ** 64n - 1n, selector: '#x' },
  ],
  prompt_request: [{ prompt_request_id: 'p', name: 'n', arguments: {} }, { server_id: 's' }],
  prompt_result: [
    { prompt_request_id: 'p', prompt_name: 'n', messages: [] },
    { content: 'text', is_error: false, error_message: '' },
  ],
  image: [SOURCE, { media_type: 'image/png' }],
  document: [
    { ...SOURCE, type: 'url' },
    { media_type: 'application/pdf', title: 't' },
  ],
  video: [SOURCE, { media_type: 'video/mp4', duration_ms: 2n ** 63n }],
  audio: [SOURCE, { media_type: 'audio/ogg', duration_ms: 0 }],
};

/** Every kind of part that the contract knows. */
export const PARTS: readonly string[] = ['text', 'thinking', ...Object.keys(CONTENTS)];

/** Parts of a kind: with everything, with each optional field alone, with none, and with fields that nobody knows. */
export function partOf(kind: string): object[] {
  const contents = CONTENTS[kind];
  if (contents === undefined) {
    return [
      { content_type: kind, text: 'hello' },
      { content_type: kind, text: '', 'x-unknown': [null] },
    ];
  }
  const [needed, optional] = contents;
  const part = (more: object, beside: object = {}) => ({
    content_type: kind,
    content: { ...needed, ...more },
    ...beside,
  });
  return [
    part(optional),
    part({}),
    ...Object.entries(optional).map(([name, value]) => part({ [name]: value })),
    part({ 'x-unknown': { deep: [2n ** 64n - 1n, null, 0.5] } }, { 'x-beside': null }),
  ];
}
