import type { CallQueue, CallTerms } from '../callQueue.ts';
import type { Dialect, Refusal } from '../dialect.ts';
import { errorNames16 } from '../errors.ts';
import { failedReply, statusReply, unsentReply } from '../reply.ts';
import type { StationReply, StationRequest } from '../requests.ts';
import { setpointTerms } from '../setpoint.ts';
import { clearChargingProfile, setChargingProfile } from './fromDomain.ts';
import { handlers } from './handlers.ts';
import { procedures, schemas } from './schemas.ts';
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

/** OCPP 1.6J. */
export const dialect16: Dialect = {
  subprotocol: 'ocpp1.6',
  errorNames: errorNames16,
  answersUnreadable: false,
  hasSend: false,
  handlers,
  actions: schemas.actions,

  async command(calls, command, nowMs) {
    if (command.kind === 'remote stop') return request(calls, command);
    const profile = () => setChargingProfile(command, nowMs());
    return statusReply(await calls.call(procedures.setChargingProfile, profile, setpointTerms(command)));
  },

  request,

  async configureMeters(calls, intervalS) {
    const refusals = [await change(calls, 'MeterValueSampleInterval', String(intervalS))];
    for (const measurands of measurandLists) {
      const refusal = await change(calls, 'MeterValuesSampledData', measurands);
      refusals.push(refusal);
      if (refusal === undefined) break;
    }
    return refusals.filter((refusal) => refusal !== undefined);
  },

  async askForState(calls) {
    for (const requestedMessage of ['StatusNotification', 'MeterValues']) {
      await calls.call(procedures.triggerMessage, () => ({ requestedMessage }), whenFree);
    }
  },

  async askForMeterValues(calls, connectorId) {
    const request = { requestedMessage: 'MeterValues', connectorId };
    await calls.call(procedures.triggerMessage, () => request, whenFree);
  },
};

async function change(calls: CallQueue, key: string, value: string): Promise<Refusal | undefined> {
  const outcome = await calls.call(procedures.changeConfiguration, () => ({ key, value }), whenFree);
  const reply = statusReply(outcome, ['Accepted', 'RebootRequired']);
  return reply.outcome === 'rejected' ? { key, value, reason: reply.reason } : undefined;
}

async function request(calls: CallQueue, asked: StationRequest): Promise<StationReply> {
  switch (asked.kind) {
    case 'clear charging profile': {
      const payload = clearChargingProfile(asked);
      return statusReply(await calls.call(procedures.clearChargingProfile, () => payload, whenFree));
    }
    case 'composite schedule': {
      const { evseNumber: connectorId, durationS: duration, unit } = asked;
      const payload = { connectorId, duration, ...(unit === undefined ? {} : { chargingRateUnit: unit }) };
      const outcome = await calls.call(procedures.getCompositeSchedule, () => payload, whenFree);
      return statusReply(outcome, ['Accepted'], (answer) => compositeSchedule(answer, connectorId));
    }
    case 'remote start': {
      const { evseNumber, tokenId: idTag } = asked;
      const payload = { idTag, ...(evseNumber === undefined ? {} : { connectorId: evseNumber }) };
      return statusReply(await calls.call(procedures.remoteStart, () => payload, whenFree));
    }
    case 'remote stop': {
      const transactionId = Number(asked.transactionId);
      if (!Number.isSafeInteger(transactionId)) return unsentReply('transactions of OCPP 1.6 are numbers');
      return statusReply(await calls.call(procedures.remoteStop, () => ({ transactionId }), whenFree));
    }
    case 'trigger message': {
      const { message: requestedMessage, evseNumber } = asked;
      const payload = { requestedMessage, ...(evseNumber === undefined ? {} : { connectorId: evseNumber }) };
      return statusReply(await calls.call(procedures.triggerMessage, () => payload, whenFree));
    }
    case 'reset': {
      const type = asked.urgency === 'immediate' ? 'Hard' : 'Soft';
      return statusReply(await calls.call(procedures.reset, () => ({ type }), whenFree));
    }
    case 'get configuration': {
      const payload = asked.keys.length === 0 ? {} : { key: asked.keys };
      const outcome = await calls.call(procedures.getConfiguration, () => payload, whenFree);
      if (outcome.kind !== 'result') return failedReply(outcome);
      return { outcome: 'accepted', reason: '', data: configuration(outcome.payload) };
    }
    case 'change configuration': {
      const { key, value } = asked;
      const outcome = await calls.call(procedures.changeConfiguration, () => ({ key, value }), whenFree);
      return statusReply(outcome, ['Accepted', 'RebootRequired']);
    }
    case 'set password': {
      const payload = { key: 'AuthorizationKey', value: asked.password };
      const outcome = await calls.call(procedures.changeConfiguration, () => payload, whenFree);
      return statusReply(outcome, ['Accepted', 'RebootRequired']);
    }
    default:
      return asked satisfies never;
  }
}
