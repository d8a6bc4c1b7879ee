import type { CallContext } from '../../model/session.js';
import type { Fields } from '../json-fields.js';

/** Answers one callback: takes its request as the host decoded it, gives the result that the contract describes. */
export type Handler = (request: Fields, context: CallContext) => Promise<unknown> | unknown;
