import { type ContractIr, type Declaration, declarationOf, type Field, type Struct } from './ir.js';
import { rustBlock, rustConstant, rustJson } from './rust-text.js';

/** Declarations that together say which events of builds a plugin can hear of. */
const KINDS = 'LifecycleEventKind';
const PHASES = 'LifecyclePhase';
const EVENTS = 'BuildEvent';

/**
 * The module `events`: a type for each event and phase, as hooks have one each.
 * Empty where the contract has no events of builds.
 * @throws RangeError for an event that no variant of the union describes
 */
export function rustEvents(ir: ContractIr): string[] {
  const names = ir.declarations.map((declaration) => declaration.name.pascal);
  if (![KINDS, PHASES, EVENTS].every((name) => names.includes(name))) return [];
  const [kinds, phases, events] = [KINDS, PHASES, EVENTS].map((name) => declarationOf(ir, name));
  if (kinds?.kind !== 'enum' || phases?.kind !== 'enum' || events?.kind !== 'union') return [];
  const types = phases.values.flatMap((phase) =>
    kinds.values.flatMap((kind) => {
      const variant = events.variants.find(({ tag }) => tag.wire === kind.wire);
      if (variant === undefined) throw new RangeError(`no ${EVENTS} is called ${kind.wire}`);
      const name = `${phase.pascal}${kind.pascal}`;
      return [
        '',
        `    /// The event \`${kind.wire}\`, in the phase \`${phase.wire}\`.`,
        `    pub struct ${name};`,
        '',
        `    impl Event for ${name} {`,
        `        const KIND: ${KINDS} = ${KINDS}::${kind.pascal};`,
        `        const PHASE: ${PHASES} = ${PHASES}::${phase.pascal};`,
        '        #[cfg(test)]',
        ...rustConstant('        ', 'SAMPLE', rustJson(sampleOf(ir, declarationOf(ir, variant.struct)))),
        `        type Payload = super::${variant.struct};`,
        '',
        `        fn payload(event: ${EVENTS}) -> Option<Self::Payload> {`,
        '            match event {',
        `                ${EVENTS}::${variant.tag.pascal}(event) => Some(event),`,
        '                _ => None,',
        '            }',
        '        }',
        '    }',
      ];
    }),
  );
  return [
    rustBlock(
      '/// The events of builds, as types: one for each of them before it happens, and one after it.',
      'pub mod events {',
      `    use super::{${[EVENTS, KINDS, PHASES].join(', ')}};`,
      '    use crate::cpex::event::Event;',
      ...types,
      '}',
    ),
  ];
}

/** The least that an event has to say, for generated tests. */
function sampleOf(ir: ContractIr, declaration: Declaration): unknown {
  const { fields } = declaration as Struct;
  return Object.fromEntries(
    fields.filter((field) => field.required).map((field) => [field.name.wire, plain(ir, field)]),
  );
}

function plain(ir: ContractIr, { name, type }: Field): unknown {
  if (type.kind === 'const') return type.value;
  if (type.kind === 'int' || type.kind === 'float') return 1;
  if (type.kind === 'bytes') return 'aGkK';
  if (type.kind === 'ref') {
    const target = declarationOf(ir, type.name);
    return target.kind === 'enum' ? target.values[0]?.wire : sampleOf(ir, target);
  }
  return name.wire.endsWith('_id') ? name.wire.replace('_id', '-1') : name.wire;
}
