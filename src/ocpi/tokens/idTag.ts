import { tokenName } from '../../domain/token.ts';
import { sha256 } from '../transport/tokens.ts';

/** [OCPP 1.6, IdToken is a CiString20Type] */
const idTagMax = 20;

/** What a station is told of a token in a command: itself, or what stands for one that stations of 1.6 could not hold. */
export const idTagOf = (uid: string): string =>
  uid.length <= idTagMax ? uid : sha256(tokenName(uid)).slice(0, idTagMax);
