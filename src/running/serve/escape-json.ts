import { type JsonNode, scanJson } from '../../hosts/go-json/scan.js';
import { sortedKeys, utf8Text } from '../../hosts/go-json/text.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
};

/** A text with HTML's own characters as entities, as Go's html.EscapeString writes them. */
export function escapeHtmlText(text: string): string {
  return text.replace(/[&'<>"]/g, (character) => ENTITIES[character] ?? character);
}

/**
 * What the host makes of the body of a management route: a JSON document is written anew with every text in
 * it escaped for HTML, keys sorted and numbers as they stand. Anything else stays as it is.
 */
export function escapeJsonBody(body: Uint8Array, contentType: string): Uint8Array {
  const text = Buffer.from(body).toString('latin1');
  if (!isJsonType(contentType) && !/^[ \t\r\n\v\f\x85\xa0]*[[{]/.test(text)) return body;
  try {
    return Buffer.from(written(scanJson(text), text), 'utf8');
  } catch {
    // No JSON after all, or more than one document.
    return body;
  }
}

function isJsonType(contentType: string): boolean {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return type === 'application/json' || type.endsWith('+json');
}

function written(node: JsonNode, text: string): string {
  switch (node.kind) {
    case 'object': {
      // Of repeated keys the last one counts.
      const members = new Map(node.keys.map((key, index) => [stringOf(key, text), node.items[index]]));
      const parts = sortedKeys([...members.keys()]).flatMap((key) => {
        const value = members.get(key);
        return value === undefined ? [] : [`${quoted(key)}:${written(value, text)}`];
      });
      return `{${parts.join(',')}}`;
    }
    case 'array':
      return `[${node.items.map((item) => written(item, text)).join(',')}]`;
    case 'string':
      return quoted(escapeHtmlText(stringOf(node, text)));
    default:
      return text.slice(node.start, node.end);
  }
}

function stringOf(node: JsonNode, text: string): string {
  // Go reads half a character as the replacement character.
  return Buffer.from(JSON.parse(utf8Text(text.slice(node.start, node.end))) as string).toString();
}

/** Unlike elsewhere the host writes these texts as they are: their entities hold an `&`. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}
