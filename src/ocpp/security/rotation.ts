import type { StationId } from '../../domain/ids.ts';
import { unsentReply } from '../reply.ts';
import type { StationReply, StationRequest } from '../requests.ts';
import type { Credentials } from './credentials.ts';
import { newPassword } from './passwords.ts';

/**
 * Gives a station a new random password over its connection.
 *
 * It is accepted, durably, before the station hears of it; what came before is accepted until the station shows the new
 * one. So neither a lost answer nor a restart of ours locks it out. A station takes it into use when it connects again.
 * [OCPP 2.0.1 A01]
 */
export async function rotatePassword(
  stationId: StationId,
  credentials: Credentials,
  ask: (stationId: StationId, request: StationRequest) => Promise<StationReply>,
): Promise<StationReply> {
  const password = newPassword();
  const added = await credentials.add(stationId, password);
  if (added !== 'added') return unsentReply(added.why);
  const reply = await ask(stationId, { kind: 'set password', password });
  if (reply.outcome === 'rejected' || reply.outcome === 'unsent')
    await credentials.withdraw(stationId, password);
  return reply;
}

/** Where each version keeps the password. Set past us, it would lock the station out. */
const passwordKeys: ReadonlySet<string> = new Set(['authorizationkey', 'securityctrlr.basicauthpassword']);

/** Why a request to a station must not be passed on as it is; undefined for most. */
export const passwordRefusal = (request: StationRequest): string | undefined =>
  request.kind === 'change configuration' && passwordKeys.has(request.key.toLowerCase())
    ? 'a password is set by the command rotate-password alone, or the station could not come back'
    : undefined;
