import type { ContractIr, Enum } from './ir.js';

/**
 * A macro for each phase of each event that a plugin can ask for: entries of the table of life cycle handlers.
 * None where the contract has no such events.
 */
export function lifecycleLines(ir: ContractIr): string[] {
  const kinds = enumOf(ir, 'LifecycleEventKind');
  const phases = enumOf(ir, 'LifecyclePhase');
  if (kinds === undefined || phases === undefined) return [];
  return [
    '/* ---- events of builds: entries of the table of life cycle handlers, each with a cpex_lifecycle_handler ---- */',
    '',
    ...phases.values.flatMap((phase) =>
      kinds.values.map((kind) =>
        [
          `#define CPEX_${phase.upper}_${kind.upper}(function)`,
          `{.phase = CPEX_${phases.name.upper}_${phase.upper}, .event = CPEX_${kinds.name.upper}_${kind.upper},`,
          '.run = (function)}',
        ].join(' '),
      ),
    ),
    '',
  ];
}

function enumOf(ir: ContractIr, name: string): Enum | undefined {
  return ir.declarations.find((one): one is Enum => one.kind === 'enum' && one.name.pascal === name);
}
