/**
 * What the schema of SARIF 2.1.0 demands of the parts that cpex writes: required members, the types
 * of all members, the words of enumerations, and that indexes point at what they mean.
 */
export function sarifProblems(text: string): string[] {
  const problems: string[] = [];
  const log = JSON.parse(text) as unknown;
  const check = new Shape(problems);
  check.object(log, '', { version: is('2.1.0'), runs: check.list(run) }, { $schema: isText });
  return problems;

  function run(value: unknown, at: string): void {
    const required = { tool: (one: unknown, place: string) => check.object(one, place, { driver }) };
    check.object(value, at, required, {
      invocations: check.list(invocation),
      artifacts: check.list(artifact),
      results: check.list(result),
      columnKind: is('utf16CodeUnits', 'unicodeCodePoints'),
    });
    const { tool, results = [], artifacts = [] } = value as Run;
    const ids = tool.driver.rules?.map((rule) => rule.id) ?? [];
    if (new Set(ids).size !== ids.length) problems.push(`${at}: two rules have the same id`);
    for (const { ruleId, ruleIndex, locations = [] } of results) {
      if (ids[ruleIndex] !== ruleId) problems.push(`${at}: rule ${ruleIndex} is not ${ruleId}`);
      for (const { uri, index } of locations.map((one) => one.physicalLocation.artifactLocation)) {
        if (index !== undefined && artifacts[index]?.location.uri !== uri)
          problems.push(`${at}: file ${index} is not ${uri}`);
      }
    }
  }

  function driver(value: unknown, at: string): void {
    const rules = check.list((rule, place) => {
      const configuration = (one: unknown, where: string) => check.object(one, where, {}, { level: isLevel });
      const texts = { shortDescription: message, fullDescription: message, help: message };
      check.object(rule, place, { id: isText }, { ...texts, helpUri: isUri, defaultConfiguration: configuration });
    });
    check.object(value, at, { name: isText }, { version: isText, semanticVersion: isText, rules });
  }

  function invocation(value: unknown, at: string): void {
    const notification = (one: unknown, place: string) => check.object(one, place, { message }, { level: isLevel });
    const optional = { toolExecutionNotifications: check.list(notification), exitCode: isIndex };
    check.object(value, at, { executionSuccessful: isBoolean }, optional);
  }

  function artifact(value: unknown, at: string): void {
    const location = (one: unknown, place: string) => check.object(one, place, {}, { uri: isUri, index: isIndex });
    check.object(value, at, {}, { location, length: isIndex, hashes: isHashes });
  }

  function result(value: unknown, at: string): void {
    const artifactLocation = (one: unknown, place: string) =>
      check.object(one, place, {}, { uri: isUri, index: isIndex });
    const region = (one: unknown, place: string) => check.object(one, place, {}, { startLine: isLine });
    const physicalLocation = (one: unknown, place: string) =>
      check.object(one, place, { artifactLocation }, { region });
    const location = (one: unknown, place: string) => check.object(one, place, {}, { physicalLocation });
    const optional = {
      ruleId: isText,
      ruleIndex: isIndex,
      level: isLevel,
      locations: check.list(location),
      properties: isBag,
    };
    check.object(value, at, { message }, optional);
  }

  function message(value: unknown, at: string): void {
    check.object(value, at, { text: isText });
  }
}

interface Run {
  readonly tool: { readonly driver: { readonly rules?: readonly { readonly id: string }[] } };
  readonly artifacts?: readonly { readonly location: { readonly uri: string } }[];
  readonly results?: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly locations?: readonly {
      readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly index?: number } };
    }[];
  }[];
}

/** A test of one value: false says that it is wrong; nothing says that problems were noted. */
type Test = (value: unknown, at: string) => unknown;

class Shape {
  constructor(private readonly problems: string[]) {}

  object(value: unknown, at: string, required: Record<string, Test>, optional: Record<string, Test> = {}): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problems.push(`${at}: is no object`);
      return;
    }
    const members = value as Record<string, unknown>;
    for (const name of Object.keys(required)) if (!(name in members)) this.problems.push(`${at}/${name}: is missing`);
    for (const [name, one] of Object.entries(members)) {
      const test = required[name] ?? optional[name];
      if (test === undefined) this.problems.push(`${at}/${name}: is not known`);
      else if (test(one, `${at}/${name}`) === false) this.problems.push(`${at}/${name}: is ${JSON.stringify(one)}`);
    }
  }

  list(test: (value: unknown, at: string) => void): Test {
    return (value, at) => {
      if (!Array.isArray(value)) return false;
      for (const [index, one] of value.entries()) test(one, `${at}/${index}`);
      return true;
    };
  }
}

const isText: Test = (value) => typeof value === 'string' && value !== '';
const isBoolean: Test = (value) => typeof value === 'boolean';
const isIndex: Test = (value) => Number.isInteger(value) && Number(value) >= 0;
const isLine: Test = (value) => Number.isInteger(value) && Number(value) >= 1;
const isBag: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isHashes: Test = (value) => /^[0-9a-f]{64}$/.test((value as { 'sha-256'?: string })['sha-256'] ?? '');
/** A URI reference: ASCII without blanks, backslashes, quotes and other characters that URIs do not have. */
const isUri: Test = (value) =>
  typeof value === 'string' && /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9A-F]{2})+$/.test(value);
const is =
  (...words: readonly string[]): Test =>
  (value) =>
    words.includes(String(value));
const isLevel = is('none', 'note', 'warning', 'error');
