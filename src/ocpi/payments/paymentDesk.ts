import type { Clock } from '../../control/ports.ts';
import type { FinancialAdviceConfirmation, PaymentTerminal } from '../../domain/roaming/payment.ts';
import { partial } from '../codec.ts';
import type { Pushes } from '../partners/pushes.ts';
import { PartnerShelf, type Put } from '../received/partnerShelf.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { billsOf } from '../sessions/chargeBills.ts';
import { referredSession } from '../sessions/references.ts';
import { financialAdviceConfirmation, terminal } from '../v230/payment.ts';

export interface PaymentDeskPorts {
  readonly clock: Clock;
  readonly objects: RoamingObjects;
  readonly pushes: Pick<Pushes, 'to'>;
}

/** What a provider tells of a terminal: its id, and whatever else it knows. */
export type TerminalTold = Partial<PaymentTerminal> & Pick<PaymentTerminal, 'id'>;

/** What we decide of a terminal: what stands where it takes money. */
export type Assignment = Partial<
  Pick<PaymentTerminal, 'locationIds' | 'evseUids' | 'customerReference' | 'invoiceBaseUrl'>
>;

/** Of one provider. */
const terminalsMax = 10_000;
const confirmationsMax = 1_000_000;

const terminalPart = partial(terminal);

/** A provider that tells none has left it to us, as it should [OCPI 2.3.0 mod_payments, POST Terminal]. */
const toldOr = (told: readonly string[] = [], known: readonly string[] = []): readonly string[] =>
  told.length === 0 ? known : told;

/** The terminals of payment providers, the places that we assign to them, and what they took from cards for our sessions. */
export class PaymentDesk {
  readonly terminals: PartnerShelf<PaymentTerminal>;
  readonly confirmations: PartnerShelf<FinancialAdviceConfirmation>;
  readonly #ports: PaymentDeskPorts;

  constructor(ports: PaymentDeskPorts) {
    const { objects, clock } = ports;
    this.#ports = ports;
    const keyOf = ({ id }: { readonly id: string }): string => id.toUpperCase();
    this.terminals = new PartnerShelf(
      { kind: 'terminal', codec: terminal, countMax: terminalsMax, keyOf },
      objects,
      clock,
    );
    this.confirmations = new PartnerShelf(
      { kind: 'payment', codec: financialAdviceConfirmation, countMax: confirmationsMax, keyOf },
      objects,
      clock,
    );
  }

  /** A terminal came, or changed. It may be told by its id alone; what is assigned to it is ours to say. */
  async take(
    partnerId: string,
    told: TerminalTold,
  ): Promise<{ readonly outcome: Put; readonly terminal: PaymentTerminal }> {
    const nowMs = this.#ports.clock.nowMs();
    const next = (known: PaymentTerminal | undefined): PaymentTerminal => ({
      ...known,
      ...told,
      locationIds: toldOr(told.locationIds, known?.locationIds),
      evseUids: toldOr(told.evseUids, known?.evseUids),
      lastUpdatedMs: told.lastUpdatedMs ?? nowMs,
    });
    let kept = next(undefined);
    const outcome = await this.terminals.change(partnerId, told.id.toUpperCase(), (known) => {
      kept = next(known);
      return kept;
    });
    return { outcome: outcome === 'left' ? 'full' : outcome, terminal: kept };
  }

  /** Durable when it resolves, and told to the provider then. undefined where it has no such terminal. */
  async assign(partnerId: string, id: string, assignment: Assignment): Promise<PaymentTerminal | undefined> {
    const { clock, pushes } = this.#ports;
    let assigned: PaymentTerminal | undefined;
    await this.terminals.change(partnerId, id.toUpperCase(), (known) => {
      if (known === undefined) return undefined;
      // It must be newer than what the provider has, for its list must not undo it.
      const lastUpdatedMs = Math.max(clock.nowMs(), known.lastUpdatedMs + 1);
      assigned = { ...known, ...assignment, lastUpdatedMs };
      return assigned;
    });
    if (assigned === undefined) return undefined;
    const { id: terminalId, locationIds, evseUids, lastUpdatedMs } = assigned;
    const part = terminalPart.write({ ...assignment, lastUpdatedMs });
    pushes.to(partnerId, 'payments', `terminal ${terminalId}`, () => ({
      method: 'PATCH',
      path: ['terminals', terminalId],
      // Empty lists are told: that is how an assignment ends.
      body: { ...Object(part), location_ids: locationIds, evse_uids: evseUids },
    }));
    return assigned;
  }

  /** The session and the newest CDR that a confirmation is about, as the partner knows them. */
  async about(
    partnerId: string,
    { authorizationReference }: FinancialAdviceConfirmation,
  ): Promise<{ readonly sessionId: string | undefined; readonly cdrId: string | undefined }> {
    const { objects } = this.#ports;
    const sessionId = await referredSession(objects, partnerId, authorizationReference);
    const bills = sessionId === undefined ? [] : await billsOf(objects, partnerId, sessionId);
    return { sessionId, cdrId: bills.at(-1)?.cdr.id };
  }
}
