import { type Document, isAlias, isCollection, isScalar, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import { exactNumbers } from './exact-json.js';

/** Something that keeps a YAML text from being a JSON value, and where, in characters from the start. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
}

/** A YAML text as a JSON value: aliases resolved, integers beyond 2^53 as bigints. */
export interface YamlReading {
  /** Undefined when there are problems. */
  readonly value: unknown;
  readonly document: Document.Parsed;
  readonly problems: readonly YamlProblem[];
}

/** How often aliases may repeat values before a text is refused as a bomb. */
const MAX_ALIASES = 100;

/** Tags of values that JSON has too. */
const JSON_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** Reads one YAML document. Never throws. Refuses what JSON cannot hold: unknown tags, NaN, circles. */
export function readExactYaml(text: string): YamlReading {
  const document = parseDocument(text, { intAsBigInt: true, uniqueKeys: true, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: messageOf(error),
  }));
  if (problems.length === 0) problems.push(...valueProblems(document));
  if (problems.length > 0) return { value: undefined, document, problems };
  try {
    return { value: exactNumbers(document.toJS({ maxAliasCount: MAX_ALIASES })), document, problems };
  } catch (error) {
    return { value: undefined, document, problems: [{ offset: 0, message: (error as Error).message }] };
  }
}

/** The parser's own words, except where they are about its functions. */
function messageOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'A second document starts here; one is expected.';
  if (code === 'DUPLICATE_KEY') return 'This key is there twice.';
  return message;
}

/** Aliases that lead nowhere or into themselves, and numbers that JSON does not have. */
function valueProblems(document: Document): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const anchors = new Map<string, Node>();
  const report = (node: Node, message: string) => problems.push({ offset: node.range?.[0] ?? 0, message });
  visit(document, {
    Alias: (_, node) => {
      const target = anchors.get(node.source);
      if (target === undefined) report(node, `The alias *${node.source} has no anchor before it.`);
      else if (contains(target, node)) report(node, `The alias *${node.source} stands inside of what it names.`);
    },
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
      if (!isAlias(node) && node.tag !== undefined && !JSON_TAG.test(node.tag)) {
        report(node, `JSON has no values of the kind ${node.tag.replace('tag:yaml.org,2002:', '!!')}.`);
      }
      if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
        report(node, `${node.source ?? 'This number'} cannot be written as JSON.`);
      }
    },
  });
  return problems;
}

function contains(outer: Node, inner: Node): boolean {
  const [start = 0, , end = 0] = outer.range ?? [];
  const at = inner.range?.[0] ?? 0;
  return isCollection(outer) && start <= at && at < end;
}
