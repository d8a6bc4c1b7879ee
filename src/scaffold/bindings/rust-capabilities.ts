import { type Capability, type ContractIr, declarationOf, type Field, type Method } from './ir.js';
import { goFieldType } from './rust-go-declarations.js';
import { RUST_WIDTH, rustBlock, rustCall, rustDoc, rustText, rustWord } from './rust-text.js';
import { GENERATED_NOTICE } from './source.js';

/** The declaration in which a host reads which capabilities a plugin has. */
const FLAGS = 'Capabilities';

/** One capability as Rust sees it: a trait. */
interface Shape {
  readonly capability: Capability;
  /** What the registration says beyond the flag: `executor_input_formats` of `executor`. */
  readonly settings: readonly Setting[];
  readonly methods: readonly Handler[];
}

interface Setting {
  readonly field: Field;
  /** Name of the trait's method: `input_formats`. */
  readonly name: string;
}

interface Handler {
  readonly method: Method;
  /** Name of the trait's method: `intercept_before` of `request.intercept_before`. */
  readonly name: string;
}

/**
 * `src/cpex/capabilities.rs` for a host that learns capabilities as flags: a trait for each, the place where an
 * author's handlers are kept, and the way from a method to its handler. Clean for rustfmt as it stands.
 */
export function rustCapabilities(ir: ContractIr): string {
  const shapes = ir.capabilities.map((capability) => shapeOf(ir, capability));
  return [
    `// ${GENERATED_NOTICE}
//! What a plugin can be asked: a trait for each capability.

use super::dispatch::{Answer, Call};
use super::error::Result;
use super::host::Host;
use super::plugin::Plugin;
use super::types::*;
`,
    ...shapes.map((shape) => traitText(ir, shape)),
    handlersText(shapes),
    registrationText(shapes),
    answerText(ir, shapes),
    builderText(shapes),
  ].join('\n');
}

function shapeOf(ir: ContractIr, capability: Capability): Shape {
  const flags = declarationOf(ir, FLAGS);
  const settings = (flags.kind === 'struct' ? flags.fields : [])
    .filter((field) => ownerOf(ir, field) === capability)
    .map((field) => ({ field, name: field.name.snake.slice(capability.name.snake.length + 1) }));
  const methods = ir.methods.filter((method) => capability.methods.includes(method.name.wire));
  const short = methods.map((method) => method.name.wire.split('.').slice(1).join('_'));
  // A keyword of Rust among them (`static`): all keep their first word, so that they stay alike.
  const plain = short.every((name) => rustWord(name) === name);
  const names = methods.map((method, index) => (plain ? (short[index] ?? '') : method.name.snake));
  return { capability, settings, methods: methods.map((method, index) => ({ method, name: names[index] ?? '' })) };
}

/** The capability that a setting belongs to: the one with the longest name that it begins with. */
function ownerOf(ir: ContractIr, field: Field): Capability | undefined {
  const name = field.name.snake;
  if (ir.capabilities.some((capability) => capability.name.snake === name)) return undefined;
  return ir.capabilities
    .filter((capability) => name.startsWith(`${capability.name.snake}_`))
    .sort((a, b) => b.name.snake.length - a.name.snake.length)[0];
}

function traitText(ir: ContractIr, { capability, settings, methods }: Shape): string {
  const members = [...settings.map(settingLines), ...methods.map((handler) => methodLines(ir, handler))];
  return rustBlock(
    ...rustDoc(capability.summary),
    `pub trait ${capability.name.pascal}: Send + Sync + 'static {`,
    ...members.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])),
    '}',
  );
}

/** A list has to be given, because an empty one is of no use to a host; other settings may be left alone. */
function settingLines({ field, name }: Setting): string[] {
  const type = goFieldType(field);
  const doc = rustDoc(`\`${field.name.wire}\` of the registration.`, '    ');
  const head = `    fn ${rustWord(name)}(&self) -> ${type}`;
  if (field.type.kind === 'array') return [...doc, `${head};`];
  return [...doc, `${head} {`, `        ${type}::default()`, '    }'];
}

function methodLines(ir: ContractIr, { method, name }: Handler): string[] {
  const doc = rustDoc(`${method.summary} (\`${method.name.wire}\`)`, '    ');
  const constant = constantOf(ir, method);
  if (constant !== undefined) return [...doc, `    fn ${rustWord(name)}(&self) -> ${goFieldType(constant)};`];
  const request = isEmpty(ir, method.request) ? '' : `request: ${method.request}, `;
  const result = isEmpty(ir, method.result) ? '()' : method.result;
  const head = `    fn ${rustWord(name)}(&self, ${request}host: &Host)`;
  const line = `${head} -> Result<${result}>;`;
  // rustfmt thinks of a brace and a blank behind every signature.
  if (line.length <= RUST_WIDTH - 2) return [...doc, line];
  if (line.length <= RUST_WIDTH) return [...doc, head, `    -> Result<${result}>;`];
  return [
    ...doc,
    `    fn ${rustWord(name)}(`,
    '        &self,',
    `        request: ${method.request},`,
    '        host: &Host,',
    `    ) -> Result<${result}>;`,
  ];
}

/** The only field of the answer, where nothing is asked and one text is answered. */
function constantOf(ir: ContractIr, method: Method): Field | undefined {
  const result = declarationOf(ir, method.result);
  if (!isEmpty(ir, method.request) || result.kind !== 'struct' || result.fields.length !== 1) return undefined;
  return result.fields.find((field) => field.required && field.type.kind === 'string');
}

function isEmpty(ir: ContractIr, name: string): boolean {
  const declaration = declarationOf(ir, name);
  return declaration.kind === 'struct' && declaration.fields.length === 0;
}

function handlersText(shapes: readonly Shape[]): string {
  return rustBlock(
    '/// The handlers that the author gave.',
    '#[derive(Default)]',
    'pub struct Handlers {',
    ...shapes.map(
      ({ capability: { name } }) => `    pub(super) ${rustWord(name.snake)}: Option<Box<dyn ${name.pascal}>>,`,
    ),
    '}',
  );
}

/** Compares what `cpex.yaml` says with the handlers, and writes both into the registration. */
function registrationText(shapes: readonly Shape[]): string {
  const named = shapes.flatMap(({ capability: { name } }) => {
    const members = [rustText(name.wire), `identity::CAN_${name.upper}`, `self.${rustWord(name.snake)}.is_some()`];
    return rustCall(' '.repeat(12), members, '),');
  });
  return rustBlock(
    'impl Handlers {',
    '    /// Each capability: whether `cpex.yaml` names it, and whether it has a handler.',
    `    pub(super) fn named(&self) -> [(&'static str, bool, bool); ${shapes.length}] {`,
    '        use super::identity;',
    '        [',
    ...named,
    '        ]',
    '    }',
    '',
    '    /// What the host is told.',
    '    #[allow(clippy::field_reassign_with_default, reason = "a line for each flag")]',
    '    pub(super) fn capabilities(&self) -> Capabilities {',
    '        let mut told = Capabilities::default();',
    ...shapes.flatMap(({ capability: { name }, settings }) => [
      ...(settings.length === 0
        ? [`        told.${name.snake} = self.${rustWord(name.snake)}.is_some();`]
        : [
            `        if let Some(handler) = &self.${rustWord(name.snake)} {`,
            `            told.${name.snake} = true;`,
            ...settings.map(
              ({ field, name: setting }) => `            told.${field.name.snake} = handler.${rustWord(setting)}();`,
            ),
            '        }',
          ]),
    ]),
    '        told',
    '    }',
    '}',
  );
}

function answerText(ir: ContractIr, shapes: readonly Shape[]): string {
  return rustBlock(
    'impl Handlers {',
    '    /// Has the handler of a method answer; nothing when there is none.',
    "    pub(super) fn answer(&self, method: &str, call: Call<'_>) -> Option<Answer> {",
    '        Some(match method {',
    ...shapes.flatMap(({ capability, methods }) => methods.flatMap((handler) => armLines(ir, capability, handler))),
    '            _ => return None,',
    '        })',
    '    }',
    '}',
  );
}

function armLines(ir: ContractIr, capability: Capability, { method, name }: Handler): string[] {
  return [
    `            methods::${method.name.upper} => {`,
    `                let handler = self.${rustWord(capability.name.snake)}.as_deref()?;`,
    `                ${callText(ir, method, rustWord(name))}`,
    '            }',
  ];
}

function callText(ir: ContractIr, method: Method, name: string): string {
  if (constantOf(ir, method) !== undefined) {
    return `call.answer(|(), _| Ok(${method.result}::new(handler.${name}())))`;
  }
  if (isEmpty(ir, method.request)) return `call.answer(|(), host| handler.${name}(host))`;
  return `call.answer(|request, host| handler.${name}(request, host))`;
}

function builderText(shapes: readonly Shape[]): string {
  const members = shapes.map(({ capability: { name, summary } }) => [
    `    /// ${summary}`,
    `    pub fn ${rustWord(name.snake)}(&mut self, handler: impl ${name.pascal}) {`,
    `        self.handlers.${rustWord(name.snake)} = Some(Box::new(handler));`,
    '    }',
  ]);
  return rustBlock('impl Plugin {', ...members.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])), '}');
}
