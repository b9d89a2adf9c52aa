import type { Clock } from '../../control/ports.ts';
import type { CommandResponse, CommandResult, PartnerCommand } from '../../domain/roaming/command.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { OcpiVersion } from '../../domain/roaming/partner.ts';
import { answerDecoder } from '../envelope.ts';
import { cancelReservation, commandResponse, stopSession, unlockConnector } from '../objects/command.ts';
import type { PartnerClient } from '../partners/client.ts';
import type { RegisteredPartner } from '../partners/partnerBook.ts';
import { partyOf, receiverUrl } from '../partners/tell.ts';
import { joined } from '../transport/partnerUrl.ts';
import { reserveNowOf, startSessionOf } from '../versions.ts';

export interface CommandsSentPorts {
  readonly clock: Clock;
  readonly client: Pick<PartnerClient, 'call'>;
  readonly own: Party;
  readonly newId: () => string;
  /** Where results of a version are taken, without the id of the command. */
  responseUrl(version: OcpiVersion): string;
}

/** A command without where its result is to be told. */
export type CommandWish = PartnerCommand extends infer Each
  ? Each extends PartnerCommand
    ? Omit<Each, 'responseUrl'>
    : never
  : never;

/** What a partner said at once, and what became of it; undefined where nothing came in time. */
export interface CommandAnswer {
  readonly response: CommandResponse;
  readonly result: CommandResult | undefined;
}

/** Whoever asked is still there to hear it. */
const patienceMs = 25_000;
const underWayMax = 1_000;

const readResponse = answerDecoder(commandResponse);

/** Commands of our drivers to the stations of others, each waiting for its result. */
export class CommandsSent {
  readonly #ports: CommandsSentPorts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(ports: CommandsSentPorts) {
    this.#ports = ports;
  }

  /** undefined where the partner takes no commands, or too many are under way. Throws as the client does. */
  async send(partner: RegisteredPartner, wish: CommandWish): Promise<CommandAnswer | undefined> {
    const { client, own, newId, responseUrl } = this.#ports;
    const { access, version, roles } = partner.state;
    const url = receiverUrl(partner.state, 'commands');
    if (url === undefined || this.#waiting.size >= underWayMax) return undefined;
    const id = newId();
    // A result may come before the answer to the command.
    const coming = this.#awaited(id, partner.id);
    try {
      const response = await client.call(access, {
        ...{ method: 'POST', url: joined(url, wish.kind), read: readResponse },
        body: wireOf(wish, joined(responseUrl(version), id), version),
        route: { from: own, to: partyOf(roles, 'CPO') },
      });
      if (response === undefined) return undefined;
      if (response.result !== 'ACCEPTED') return { response, result: undefined };
      return { response, result: await coming };
    } finally {
      this.#waiting.get(id)?.end(undefined);
    }
  }

  /** False where no command of that partner waits under the id. */
  answered(partnerId: string, id: string, result: CommandResult): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting?.partnerId !== partnerId) return false;
    waiting.end(result);
    return true;
  }

  /** Nobody waits from then on. May be called twice. */
  stop(): void {
    for (const { end } of [...this.#waiting.values()]) end(undefined);
  }

  #awaited(id: string, partnerId: string): Promise<CommandResult | undefined> {
    return new Promise((resolve) => {
      const end = (result: CommandResult | undefined): void => {
        cancel();
        this.#waiting.delete(id);
        resolve(result);
      };
      const cancel = this.#ports.clock.after(patienceMs, () => end(undefined));
      this.#waiting.set(id, { partnerId, end });
    });
  }
}

interface Waiting {
  readonly partnerId: string;
  end(result: CommandResult | undefined): void;
}

function wireOf(wish: CommandWish, responseUrl: string, version: OcpiVersion): unknown {
  switch (wish.kind) {
    case 'START_SESSION':
      return startSessionOf(version).codec.write({ ...wish, responseUrl });
    case 'RESERVE_NOW':
      return reserveNowOf(version).codec.write({ ...wish, responseUrl });
    case 'STOP_SESSION':
      return stopSession.write({ ...wish, responseUrl });
    case 'CANCEL_RESERVATION':
      return cancelReservation.write({ ...wish, responseUrl });
    case 'UNLOCK_CONNECTOR':
      return unlockConnector.write({ ...wish, responseUrl });
    default:
      return wish satisfies never;
  }
}
