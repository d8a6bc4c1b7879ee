import contract from '../../../schemas/hosts/cpex/contract.json' with { type: 'json' };
import types from '../../../schemas/hosts/cpex/types.json' with { type: 'json' };
import type { Contract } from '../../model/contract.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';

/** The contract of the `cpex` profile. */
export const cpexContract: Contract = loadContract(contract as ContractFile, types as TypesFile);
