import type { PartnerCommand } from '../../domain/roaming/command.ts';
import { decoder } from '../codec.ts';
import type { CommandDesk } from '../commands/commandDesk.ts';
import { cancelReservation, commandResponse, stopSession, unlockConnector } from '../objects/command.ts';
import { done, notAllowed, notFound, understood } from '../transport/reply.ts';
import { reserveNowOf, startSessionOf } from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

const readStop = decoder(stopSession);
const readCancel = decoder(cancelReservation);
const readUnlock = decoder(unlockConnector);

/** Takes commands, and says at once whether they are forwarded [OCPI 2.2.1 commands, receiver interface]. */
export const commandsReceiver = (desk: CommandDesk): OcpiModule => ({
  identifier: 'commands',
  role: 'RECEIVER',
  handle: async (call) => {
    const command = commandIn(call);
    if (call.method !== 'POST') throw notAllowed(`${call.method} is not possible here`);
    return done(commandResponse.write(await desk.take(call.partner, command())));
  },
});

/** How the body of this command is read. */
function commandIn({ segments: [kind, ...more], version, body }: PartnerModuleCall): () => PartnerCommand {
  if (more.length > 0) throw notFound('there is nothing below a command');
  switch (kind) {
    case 'START_SESSION':
      return () => ({ kind, ...understood(startSessionOf(version).read(body)) });
    case 'RESERVE_NOW':
      return () => ({ kind, ...understood(reserveNowOf(version).read(body)) });
    case 'STOP_SESSION':
      return () => ({ kind, ...understood(readStop(body)) });
    case 'CANCEL_RESERVATION':
      return () => ({ kind, ...understood(readCancel(body)) });
    case 'UNLOCK_CONNECTOR':
      return () => ({ kind, ...understood(readUnlock(body)) });
    default:
      throw notFound('there is no such command');
  }
}
