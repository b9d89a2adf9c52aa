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

/** By connection: what the dynamic profile of each EVSE was set with. A station that came back is told anew. */
const installed = new WeakMap<CallQueue, Map<number, string>>();

type Command = Dialect['command'];
type Lease = Extract<StationCommand, { kind: 'lease' }>;

/**
 * Setpoints of stations that take dynamic profiles: the profile once for each transaction, and then its limit alone
 * [OCPP 2.1 K28]. One that does not know the profile any more is given it again, and so is one for which more changes
 * than the limit, how long it holds offline above all, and one whose car waits for a schedule [OCPP 2.0.1 K16.FR.12].
 */
export const withDynamicProfiles =
  (setProfile: Command): Command =>
  async (calls, command, nowMs) => {
    if (command.kind !== 'lease' || command.schedule.kind !== 'dynamic')
      return setProfile(calls, command, nowMs);
    const profiles = installed.get(calls) ?? new Map<number, string>();
    installed.set(calls, profiles);
    if (command.isAnew !== true && profiles.get(command.evseNumber) === besideLimit(command)) {
      const reply = statusReply(
        await calls.call(updateSchedule, () => update(command), setpointTerms(command)),
      );
      if (reply.outcome !== 'rejected') return reply;
    }
    // Without an answer nobody knows which of the two lies there.
    profiles.delete(command.evseNumber);
    const reply = await setProfile(calls, command, nowMs);
    if (reply.outcome === 'accepted') profiles.set(command.evseNumber, besideLimit(command));
    return reply;
  };

/** All that a profile tells beside its limit. */
const besideLimit = ({ transactionId, leaseMs, schedule }: Lease): string =>
  JSON.stringify([transactionId, leaseMs, schedule]);

const update = ({ evseNumber, setpointAmps, schedule }: Lease) => ({
  chargingProfileId: leaseProfileId(evseNumber),
  scheduleUpdate: { limit: period(0, setpointAmps, schedule).limit },
});
