import { randomInt } from 'node:crypto';
import type { CallOutcome, CallQueue, CallTerms } from '../callQueue.ts';
import type { Dialect, Refusal } from '../dialect.ts';
import { failedReply, statusReply, unsentReply } from '../reply.ts';
import type { StationReply, StationRequest } from '../requests.ts';
import { setpointTerms } from '../setpoint.ts';
import { centralToken, clearChargingProfile, setChargingProfile, variableNamed } from './fromDomain.ts';
import type { SetVariablesResponse, StatusResponse, TriggerMessageRequest } from './messages.ts';
import type { Procedures } from './schemas.ts';
import { compositeSchedule, configuration } from './toDomain.ts';

const whenFree: CallTerms = { urgency: 'request' };

/**
 * What we plan with, most wanted first. A station refuses a list as a whole for one measurand it lacks, so a
 * shorter one follows.
 */
const measurandLists: readonly string[] = [
  'Current.Import,Power.Active.Import,Energy.Active.Import.Register,Current.Offered,SoC',
  'Current.Import,Power.Active.Import,Energy.Active.Import.Register',
  'Current.Import,Energy.Active.Import.Register',
];

/** EVSEs of one station that are asked for their status. */
const maxEvsesAsked = 32;
/** 1 to this is a remoteStartId, a 32-bit integer. */
const remoteStartIdMax = 2 ** 31 - 1;

/** Our calls to a station, in its version's words. */
interface Line {
  readonly calls: CallQueue;
  readonly procedures: Procedures;
}

type Caller = Pick<Dialect, 'command' | 'request' | 'configureMeters' | 'askForState' | 'askForMeterValues'>;

/** What we ask of stations of OCPP 2.x. */
export const caller = (procedures: Procedures): Caller => ({
  async command(calls, command, nowMs) {
    if (command.kind === 'remote stop') return request({ calls, procedures }, command);
    const profile = () => setChargingProfile(command, nowMs());
    return statusReply(await calls.call(procedures.setChargingProfile, profile, setpointTerms(command)));
  },

  request: (calls, asked) => request({ calls, procedures }, asked),

  async configureMeters(calls, intervalS) {
    const line = { calls, procedures };
    const refusals = [await change(line, 'SampledDataCtrlr.TxUpdatedInterval', String(intervalS))];
    for (const measurands of measurandLists) {
      const refusal = await change(line, 'SampledDataCtrlr.TxUpdatedMeasurands', measurands);
      refusals.push(refusal);
      if (refusal === undefined) break;
    }
    return refusals.filter((refusal) => refusal !== undefined);
  },

  async askForState(calls) {
    const line = { calls, procedures };
    await trigger(line, { requestedMessage: 'TransactionEvent' });
    // A status has to be asked of each connector, and nobody told how many there are: count until one is refused.
    for (let id = 1; id <= maxEvsesAsked; id += 1) {
      const outcome = await trigger(line, {
        requestedMessage: 'StatusNotification',
        evse: { id, connectorId: 1 },
      });
      if (outcome.kind !== 'result' || outcome.payload.status !== 'Accepted') return;
    }
  },

  async askForMeterValues(calls, id) {
    await trigger({ calls, procedures }, { requestedMessage: 'TransactionEvent', evse: { id } });
  },
});

const trigger = (
  { calls, procedures }: Line,
  request: TriggerMessageRequest,
): Promise<CallOutcome<StatusResponse>> => calls.call(procedures.triggerMessage, () => request, whenFree);

async function change(line: Line, key: string, value: string): Promise<Refusal | undefined> {
  const reply = await changeConfiguration(line, key, value);
  return reply.outcome === 'rejected' ? { key, value, reason: reply.reason } : undefined;
}

async function changeConfiguration(
  { calls, procedures }: Line,
  key: string,
  value: string,
): Promise<StationReply> {
  const names = variableNamed(key);
  if (names === undefined) return notAVariable(key);
  const payload = { setVariableData: [{ ...names, attributeValue: value }] };
  const outcome = await calls.call(procedures.setVariables, () => payload, whenFree);
  return statusReply(singleResult(outcome), ['Accepted', 'RebootRequired']);
}

/** One variable was set, so the one result is the answer. */
function singleResult(outcome: CallOutcome<SetVariablesResponse>): CallOutcome<StatusResponse> {
  if (outcome.kind !== 'result') return outcome;
  const [result] = outcome.payload.setVariableResult;
  if (result === undefined) return { kind: 'in doubt', why: 'the answer holds no result' };
  return { kind: 'result', payload: { status: result.attributeStatus } };
}

const notAVariable = (key: string): StationReply =>
  unsentReply(`"${key}" is not the name of a variable, write Component.Variable`);

async function request(line: Line, asked: StationRequest): Promise<StationReply> {
  const { calls, procedures } = line;
  switch (asked.kind) {
    case 'clear charging profile': {
      const payload = clearChargingProfile(asked);
      return statusReply(await calls.call(procedures.clearChargingProfile, () => payload, whenFree));
    }
    case 'composite schedule': {
      const { evseNumber: evseId, durationS: duration, unit } = asked;
      const payload = { evseId, duration, ...(unit === undefined ? {} : { chargingRateUnit: unit }) };
      const outcome = await calls.call(procedures.getCompositeSchedule, () => payload, whenFree);
      return statusReply(outcome, ['Accepted'], compositeSchedule);
    }
    case 'remote start': {
      const { evseNumber, tokenId } = asked;
      const payload = {
        idToken: centralToken(tokenId),
        remoteStartId: randomInt(1, remoteStartIdMax),
        ...(evseNumber === undefined ? {} : { evseId: evseNumber }),
      };
      return statusReply(await calls.call(procedures.requestStart, () => payload, whenFree));
    }
    case 'remote stop': {
      const { transactionId } = asked;
      return statusReply(await calls.call(procedures.requestStop, () => ({ transactionId }), whenFree));
    }
    case 'trigger message': {
      const { message: requestedMessage, evseNumber: id } = asked;
      const payload = {
        requestedMessage,
        ...(id === undefined ? {} : { evse: evseIn(requestedMessage, id) }),
      };
      return statusReply(await trigger(line, payload));
    }
    case 'reset': {
      const type = asked.urgency === 'immediate' ? 'Immediate' : 'OnIdle';
      const outcome = await calls.call(procedures.reset, () => ({ type }), whenFree);
      return statusReply(outcome, ['Accepted', 'Scheduled']);
    }
    case 'get configuration':
      return getConfiguration(line, asked.keys);
    case 'change configuration':
      return changeConfiguration(line, asked.key, asked.value);
    case 'set password':
      return changeConfiguration(line, 'SecurityCtrlr.BasicAuthPassword', asked.password);
    default:
      return asked satisfies never;
  }
}

/** A status belongs to a connector, everything else to the EVSE. */
const evseIn = (requestedMessage: string, id: number): { id: number; connectorId?: number } =>
  requestedMessage === 'StatusNotification' ? { id, connectorId: 1 } : { id };

async function getConfiguration({ calls, procedures }: Line, keys: readonly string[]): Promise<StationReply> {
  const variables: { component: { name: string }; variable: { name: string } }[] = [];
  for (const key of keys) {
    const names = variableNamed(key);
    if (names === undefined) return notAVariable(key);
    variables.push(names);
  }
  if (variables.length === 0) return unsentReply('OCPP 2.x reads named variables only: name at least one');
  const payload = { getVariableData: variables };
  const outcome = await calls.call(procedures.getVariables, () => payload, whenFree);
  if (outcome.kind !== 'result') return failedReply(outcome);
  return { outcome: 'accepted', reason: '', data: configuration(outcome.payload) };
}
