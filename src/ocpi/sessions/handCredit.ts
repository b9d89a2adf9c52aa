import { type BillCorrection, correctedBill } from '../../domain/roaming/billCorrection.ts';
import type { Cdr } from '../../domain/roaming/cdr.ts';
import { creditFor } from '../../domain/roaming/credit.ts';
import { cdr as codec } from '../v230/cdr.ts';
import { addBill, after, type BillPorts, billIdOf, billsMax, billsOf, byHand } from './chargeBills.ts';
import { keptChargeIn } from './keptCharge.ts';

export interface CreditAsked {
  readonly partnerId: string;
  /** Of the CDR. */
  readonly id: string;
  readonly reason: string;
  /** undefined: it is taken back, and that is all. */
  readonly correction: BillCorrection | undefined;
}

/** In the words of OCPI 2.3.0. */
export type CreditOutcome =
  | { readonly status: 'credited'; readonly credit: unknown; readonly corrected: unknown }
  | { readonly status: 'unknown' }
  | { readonly status: 'refused'; readonly why: string };

/**
 * Takes a bill back because a person says so, and makes the right one where it is known. No bill is credited twice: asked again
 * after a process ended on the way, what is missing is done.
 */
export async function creditedByHand(ports: BillPorts, asked: CreditAsked): Promise<CreditOutcome> {
  const { objects, nowMs } = ports;
  const { partnerId, id, correction } = asked;
  const found = await objects.findRoamingObject({ kind: 'cdr', partnerId }, id);
  if (found === undefined) return { status: 'unknown' };
  const bill = codec.read(found.document);
  if (bill.isCredit === true) return refused('it is a credit itself');
  const { sessionId = bill.id } = bill;
  const bills = await billsOf(objects, partnerId, sessionId);
  const newest = bills.at(-1)?.cdr.id;
  if (newest !== bill.id)
    return refused(`it was credited already, and ${newest ?? 'another'} is in its place`);
  const owner = { partnerId, alias: byHand(found.alias) };
  const corrected =
    correction &&
    (await correctedOf(ports, { ...asked, correction }, { bill, sessionId, count: bills.length }));
  if (corrected?.status === 'refused') return corrected;
  const credit = creditFor(bill, nowMs);
  const isNew = await addBill(ports, owner, credit);
  if (corrected === undefined) return isNew ? told(credit, undefined) : refused('it was credited already');
  const isMade = await addBill(after(ports), owner, corrected.cdr);
  return isMade ? told(credit, corrected.cdr) : refused('it was corrected already');
}

interface Billed {
  readonly bill: Cdr;
  readonly sessionId: string;
  /** How often the charge was billed. */
  readonly count: number;
}

async function correctedOf(
  { objects, nowMs }: BillPorts,
  { partnerId, reason, correction }: CreditAsked & { readonly correction: BillCorrection },
  { bill, sessionId, count }: Billed,
) {
  if (count >= billsMax) return refused(`it was billed ${billsMax} times already`);
  const session = await objects.findRoamingObject({ kind: 'session', partnerId }, sessionId);
  if (session === undefined) return refused('its session is no longer kept: credit it without a correction');
  const id = billIdOf(sessionId, count + 1);
  return correctedBill(keptChargeIn(session).charge, bill, { correction, id, reason, nowMs });
}

const refused = (why: string) => ({ status: 'refused', why }) as const;

const told = (credit: Cdr, corrected: Cdr | undefined) =>
  ({
    status: 'credited',
    credit: codec.write(credit),
    corrected: corrected && codec.write(corrected),
  }) as const;
