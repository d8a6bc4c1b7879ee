import { type Fields, fieldsOf } from '../../hosts/json-fields.js';
import { globMatches } from './glob.js';
import type { Condition, PipelineRequest } from './types.js';

/** A condition as its file has it, after the schema has passed it. */
type RawCondition = Readonly<Record<string, readonly string[]>>;

/** One field of a condition: its key in the file, what the request holds for it, and how the two are compared. */
interface Field {
  readonly key: string;
  readonly name: keyof Condition;
  /** The request's values; none where it has none. */
  readonly values: (request: PipelineRequest) => readonly string[];
  readonly matches: (wanted: string, value: string) => boolean;
}

const exactly = (wanted: string, value: string) => wanted === value;

/** Every field; `docs/hosts/cpex.md` says the same for people. */
const FIELDS: readonly Field[] = [
  { key: 'server_ids', name: 'serverIds', matches: exactly, values: (one) => texts(slot(one, 'request').server_id) },
  { key: 'tenant_ids', name: 'tenantIds', matches: exactly, values: (one) => texts(slot(one, 'request').tenant_id) },
  { key: 'tools', name: 'tools', matches: exactly, values: (one) => entity(one, 'tool', toolNames) },
  { key: 'prompts', name: 'prompts', matches: exactly, values: (one) => entity(one, 'prompt', promptIds) },
  { key: 'resources', name: 'resources', matches: exactly, values: (one) => entity(one, 'resource', resourceUris) },
  { key: 'agents', name: 'agents', matches: exactly, values: agentIds },
  { key: 'user_patterns', name: 'userPatterns', matches: globMatches, values: userIds },
  { key: 'content_types', name: 'contentTypes', matches: exactly, values: contentTypes },
];

/** A condition of the file as a run uses it. */
export function toCondition(raw: RawCondition): Condition {
  return Object.fromEntries(FIELDS.flatMap(({ key, name }) => (raw[key] === undefined ? [] : [[name, raw[key]]])));
}

/**
 * Why a request is not one that the conditions mean, as a sentence without its end; undefined where one entry holds, and
 * where there is none. A field that the request has no value for does not hold.
 */
export function conditionMismatch(conditions: readonly Condition[], request: PipelineRequest): string | undefined {
  const failures: string[] = [];
  for (const condition of conditions) {
    const failed = FIELDS.find((field) => !holds(field, condition, request));
    if (failed === undefined) return undefined;
    const values = failed.values(request);
    failures.push(`${failed.key} (the request has ${values.length === 0 ? 'none' : values.join(', ')})`);
  }
  if (failures.length === 0) return undefined;
  return failures.length === 1
    ? `its condition does not hold: ${failures[0]}`
    : `none of its ${failures.length} conditions holds: ${[...new Set(failures)].join('; ')}`;
}

function holds({ name, values, matches }: Field, condition: Condition, request: PipelineRequest): boolean {
  const wanted = condition[name];
  if (wanted === undefined) return true;
  return values(request).some((value) => wanted.some((one) => matches(one, value)));
}

/** The name in `meta` where that is about this type; else what the payload is about. */
function entity(request: PipelineRequest, type: string, inPayload: (payload: Fields) => unknown[]): readonly string[] {
  const { entity_type, entity_name } = slot(request, 'meta');
  if (entity_type === type && typeof entity_name === 'string') return [entity_name];
  return texts(...inPayload(fieldsOf(request.payload)));
}

/** Of the plain payloads only those of tools have a name. */
function toolNames(payload: Fields): unknown[] {
  return [
    payload.name,
    ...parts(payload, 'tool_call').map(({ name }) => name),
    ...parts(payload, 'tool_result').map(({ tool_name }) => tool_name),
  ];
}

function promptIds(payload: Fields): unknown[] {
  return [
    payload.prompt_id,
    ...parts(payload, 'prompt_request').map(({ name }) => name),
    ...parts(payload, 'prompt_result').map(({ prompt_name }) => prompt_name),
  ];
}

function resourceUris(payload: Fields): unknown[] {
  return [payload.uri, ...parts(payload, 'resource', 'resource_ref').map(({ uri }) => uri)];
}

function agentIds(request: PipelineRequest): readonly string[] {
  return texts(slot(request, 'agent').agent_id, fieldsOf(request.payload).agent_id);
}

function userIds(request: PipelineRequest): readonly string[] {
  return texts(fieldsOf(slot(request, 'security').subject).id);
}

function contentTypes(request: PipelineRequest): readonly string[] {
  const stated = texts(slot(request, 'request').content_type);
  if (stated.length > 0) return stated;
  const headers = Object.entries(fieldsOf(slot(request, 'http').request_headers));
  // The same name in another case is the same header: what any of them says may be meant.
  return texts(...headers.filter(([name]) => name.toLowerCase() === 'content-type').map(([, value]) => value));
}

function slot(request: PipelineRequest, name: string): Fields {
  return fieldsOf(request.extensions[name]);
}

/** What stands under `content` in the parts of a message that are of these kinds. */
function parts(payload: Fields, ...kinds: string[]): Fields[] {
  const { content } = fieldsOf(payload.message);
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) =>
    kinds.includes(String(fieldsOf(part).content_type)) ? [fieldsOf(fieldsOf(part).content)] : [],
  );
}

function texts(...values: unknown[]): string[] {
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))];
}
