import { typeWord } from './c-names.js';
import type { ContractIr, Type } from './ir.js';
import { declarationOf } from './ir.js';

/** An expression that makes the JSON of a number, a truth or a value of a declared type. */
export function writePlain(ir: ContractIr, type: Type, value: string): string {
  switch (type.kind) {
    case 'bool':
      return `cpex_json_new_bool(arena, ${value})`;
    case 'float':
      return `cpex_json_new_double(arena, ${value})`;
    case 'int':
      return `cpex_json_new_${type.signed ? 'int64' : 'uint64'}(arena, ${value})`;
    default: {
      const isEnum = type.kind === 'ref' && declarationOf(ir, type.name).kind === 'enum';
      return `cpex_${typeWord(ir, type)}_json(arena, ${isEnum ? '' : '&'}${value})`;
    }
  }
}
