import contract from '../../../schemas/hosts/tau/contract.json' with { type: 'json' };
import types from '../../../schemas/hosts/tau/types.json' with { type: 'json' };
import type { Contract } from '../../model/contract.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';

/** The messages of tau and what is in them; `hooks` are those that tau itself fires. */
export const tauContract: Contract = loadContract(contract as ContractFile, types as TypesFile);

/** The message with which a plugin introduces itself; nothing asks for it. */
export const REGISTER = 'register';
