import type { CallQueue, CallTerms } from '../callQueue.ts';
import type { Dialect, Refusal } from '../dialect.ts';
import { errorNames16 } from '../errors.ts';
import { messagesOf } from '../messages.ts';
import { statusReply, unsentReply } from '../reply.ts';
import { clearing, setpointTerms } from '../setpoint.ts';
import { toldTraits } from '../toldTraits.ts';
import { vendorSetting } from '../vendorKey.ts';
import { centralActions } from './centralActions.ts';
import { effects } from './effects.ts';
import { clearChargingProfile, setChargingProfile, startAgain } from './fromDomain.ts';
import { handlers } from './handlers.ts';
import { replyData } from './replyData.ts';
import { requestMessage } from './requestMessage.ts';
import { procedures, schemas } from './schemas.ts';

const request: CallTerms = { urgency: 'request' };
const question: CallTerms = { urgency: 'question' };

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
  messages: messagesOf(schemas, centralActions, effects),

  async command(calls, command, nowMs) {
    if (command.kind === 'remote stop') {
      const transactionId = Number(command.transactionId);
      if (!Number.isSafeInteger(transactionId)) return unsentReply('transactions of OCPP 1.6 are numbers');
      return statusReply(await calls.call(procedures.remoteStop, () => ({ transactionId }), request));
    }
    if (command.kind === 'remote start') {
      const start = () => startAgain(command);
      return statusReply(await calls.call(procedures.remoteStart, start, request));
    }
    if (command.kind === 'clear') {
      const left = () => clearChargingProfile(clearing(command));
      return statusReply(await calls.call(procedures.clearChargingProfile, left, setpointTerms(command)));
    }
    if (command.kind === 'end priority') return unsentReply('OCPP 1.6 has no priority charging');
    const setting = vendorSetting(command);
    if (setting !== undefined) {
      const terms = setpointTerms(command);
      return statusReply(await calls.call(procedures.changeConfiguration, () => setting, terms));
    }
    const profile = () => setChargingProfile(command, nowMs());
    return statusReply(await calls.call(procedures.setChargingProfile, profile, setpointTerms(command)));
  },

  requestMessage,
  reply: (request, outcome) => statusReply(outcome, (answer) => replyData(request, answer)),

  async configureMeters(calls, intervalS) {
    const refusals = [await change(calls, 'MeterValueSampleInterval', String(intervalS))];
    for (const measurands of measurandLists) {
      const refusal = await change(calls, 'MeterValuesSampledData', measurands);
      refusals.push(refusal);
      if (refusal === undefined) break;
    }
    return refusals.filter((refusal) => refusal !== undefined);
  },

  /**
   * `SupportedFeatureProfiles` is not asked for: stations that do smart charging leave it out (lbbrhzn/ocpp,
   * force_smart_charging).
   */
  async readTraits(calls) {
    const key = [
      'ChargeProfileMaxStackLevel',
      'ChargingScheduleAllowedChargingRateUnit',
      'ChargingScheduleMaxPeriods',
    ];
    const outcome = await calls.call(procedures.getConfiguration, () => ({ key }), question);
    if (outcome.kind !== 'result') return {};
    const values = new Map((outcome.payload.configurationKey ?? []).map((each) => [each.key, each.value]));
    return toldTraits({
      stackLevelMax: values.get('ChargeProfileMaxStackLevel'),
      unit: values.get('ChargingScheduleAllowedChargingRateUnit'),
      periodsMax: values.get('ChargingScheduleMaxPeriods'),
    });
  },

  async askForState(calls) {
    for (const requestedMessage of ['StatusNotification', 'MeterValues']) {
      await calls.call(procedures.triggerMessage, () => ({ requestedMessage }), question);
    }
  },

  async askForMeterValues(calls, connectorId) {
    const request = { requestedMessage: 'MeterValues', connectorId };
    await calls.call(procedures.triggerMessage, () => request, question);
  },
};

async function change(calls: CallQueue, key: string, value: string): Promise<Refusal | undefined> {
  const outcome = await calls.call(procedures.changeConfiguration, () => ({ key, value }), question);
  const reply = statusReply(outcome);
  return reply.outcome === 'rejected' ? { key, value, reason: reply.reason } : undefined;
}
