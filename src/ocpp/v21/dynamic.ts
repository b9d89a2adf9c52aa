import type { StationCommand } from '../../control/ports.ts';
import type { CallQueue } from '../callQueue.ts';
import type { Dialect } from '../dialect.ts';
import { statusReply } from '../reply.ts';
import { leaseProfileId, period, setpointTerms } from '../setpoint.ts';
import type { StatusResponse } from '../v201/messages.ts';
import { schemas } from './schemas.ts';

interface UpdateDynamicScheduleRequest {
  readonly chargingProfileId: number;
  readonly scheduleUpdate: { readonly limit: number };
}

const updateSchedule = schemas.procedure<UpdateDynamicScheduleRequest, StatusResponse>(
  'UpdateDynamicSchedule',
);

/** By connection: the transaction at each EVSE that has its dynamic profile. A station that came back is told anew. */
const installed = new WeakMap<CallQueue, Map<number, string>>();

type Command = Dialect['command'];

/**
 * Setpoints of stations that take dynamic profiles: the profile once for each transaction, and then its limit alone
 * [OCPP 2.1 K28]. One that does not know the profile any more is given it again.
 */
export const withDynamicProfiles =
  (setProfile: Command): Command =>
  async (calls, command, nowMs) => {
    if (command.kind !== 'lease' || command.schedule.kind !== 'dynamic')
      return setProfile(calls, command, nowMs);
    const profiles = installed.get(calls) ?? new Map<number, string>();
    installed.set(calls, profiles);
    if (profiles.get(command.evseNumber) === command.transactionId) {
      const reply = statusReply(
        await calls.call(updateSchedule, () => update(command), setpointTerms(command)),
      );
      if (reply.outcome !== 'rejected') return reply;
      profiles.delete(command.evseNumber);
    }
    const reply = await setProfile(calls, command, nowMs);
    if (reply.outcome === 'accepted') profiles.set(command.evseNumber, command.transactionId);
    return reply;
  };

const update = ({ evseNumber, setpointAmps, schedule }: Extract<StationCommand, { kind: 'lease' }>) => ({
  chargingProfileId: leaseProfileId(evseNumber),
  scheduleUpdate: { limit: period(0, setpointAmps, schedule).limit },
});
