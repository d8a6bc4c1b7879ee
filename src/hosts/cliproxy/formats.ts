/** Other names that plugins may declare for the host's formats. */
const ALIASES: Readonly<Record<string, string>> = {
  'chat-completions': 'openai',
  chat_completions: 'openai',
  'openai-chat-completions': 'openai',
  openai_chat_completions: 'openai',
  openai: 'openai',
  responses: 'openai-response',
  'openai-responses': 'openai-response',
  openai_responses: 'openai-response',
  'openai-response': 'openai-response',
  anthropic: 'claude',
  claude: 'claude',
};

/** The host's own name of a format; empty for none. */
export function formatName(raw: string): string {
  const word = raw.trim();
  const lower = word.toLowerCase();
  if (lower === '' || lower === 'none') return '';
  return ALIASES[lower] ?? word;
}

/** The formats of a declaration, by the host's names, without doubles. */
export function formatNames(raw: readonly string[]): readonly string[] {
  return [...new Set(raw.map(formatName))].filter((name) => name !== '');
}
