import type { CallOutcome, CallQueue, CallTerms } from '../callQueue.ts';
import type { Dialect, Refusal } from '../dialect.ts';
import { statusReply, unsentReply } from '../reply.ts';
import { clearing, setpointTerms } from '../setpoint.ts';
import { toldTraits } from '../toldTraits.ts';
import { vendorSetting } from '../vendorKey.ts';
import { clearChargingProfile, setChargingProfile, startAgain, variableNamed } from './fromDomain.ts';
import type { SetVariablesResponse, StatusResponse, TriggerMessageRequest } from './messages.ts';
import { replyData } from './replyData.ts';
import { requestMessage } from './requestMessage.ts';
import type { Procedures } from './schemas.ts';

const request: CallTerms = { urgency: 'request' };
const question: CallTerms = { urgency: 'question' };

/**
 * What we plan with, most wanted first. A station refuses a list as a whole for one measurand it lacks, so a
 * shorter one follows.
 */
export const measurandLists: readonly string[] = [
  'Current.Import,Power.Active.Import,Energy.Active.Import.Register,Current.Offered,SoC',
  'Current.Import,Power.Active.Import,Energy.Active.Import.Register',
  'Current.Import,Energy.Active.Import.Register',
];

/** EVSEs of one station that are asked for their status. */
const maxEvsesAsked = 32;

/** Our calls to a station, in its version's words. */
interface Line {
  readonly calls: CallQueue;
  readonly procedures: Procedures;
}

type Caller = Pick<
  Dialect,
  | 'command'
  | 'requestMessage'
  | 'reply'
  | 'configureMeters'
  | 'readTraits'
  | 'askForProfiles'
  | 'askForState'
  | 'askForMeterValues'
>;

/** What we ask of stations of OCPP 2.x. */
export const caller = (procedures: Procedures, wanted = measurandLists): Caller => ({
  async command(calls, command, nowMs) {
    if (command.kind === 'remote stop') {
      const { transactionId } = command;
      return statusReply(await calls.call(procedures.requestStop, () => ({ transactionId }), request));
    }
    if (command.kind === 'remote start') {
      const start = () => startAgain(command);
      return statusReply(await calls.call(procedures.requestStart, start, request));
    }
    if (command.kind === 'clear') {
      const left = () => clearChargingProfile(clearing(command));
      return statusReply(await calls.call(procedures.clearChargingProfile, left, setpointTerms(command)));
    }
    if (command.kind === 'end priority') return unsentReply('OCPP 2.0.1 has no priority charging');
    const setting = vendorSetting(command);
    if (setting !== undefined) {
      const names = variableNamed(setting.key);
      if (names === undefined) return unsentReply(`"${setting.key}" is not the name of a variable`);
      const payload = { setVariableData: [{ ...names, attributeValue: setting.value }] };
      const terms = setpointTerms(command);
      return statusReply(singleResult(await calls.call(procedures.setVariables, () => payload, terms)));
    }
    const profile = () => setChargingProfile(command, nowMs());
    return statusReply(await calls.call(procedures.setChargingProfile, profile, setpointTerms(command)));
  },

  requestMessage,

  reply(request, outcome) {
    const setsOne = request.kind === 'change configuration' || request.kind === 'set password';
    const single = setsOne ? singleResult(outcome) : outcome;
    return statusReply(single, (answer) => replyData(request, answer));
  },

  async configureMeters(calls, intervalS) {
    const line = { calls, procedures };
    const refusals = [await change(line, ['SampledDataCtrlr', 'TxUpdatedInterval'], String(intervalS))];
    for (const measurands of wanted) {
      const refusal = await change(line, ['SampledDataCtrlr', 'TxUpdatedMeasurands'], measurands);
      refusals.push(refusal);
      if (refusal === undefined) break;
    }
    return refusals.filter((refusal) => refusal !== undefined);
  },

  async readTraits(calls) {
    const component = { name: 'SmartChargingCtrlr' };
    const names = ['ProfileStackLevel', 'RateUnit', 'PeriodsPerSchedule'];
    const getVariableData = names.map((name) => ({ component, variable: { name } }));
    const outcome = await calls.call(procedures.getVariables, () => ({ getVariableData }), question);
    if (outcome.kind !== 'result') return {};
    const values = new Map(
      outcome.payload.getVariableResult.map((each) => [each.variable.name, each.attributeValue]),
    );
    return toldTraits({
      stackLevelMax: values.get('ProfileStackLevel'),
      unit: values.get('RateUnit'),
      periodsMax: values.get('PeriodsPerSchedule'),
    });
  },

  async askForProfiles(calls, requestId) {
    const everything = { requestId, chargingProfile: {} };
    return statusReply(await calls.call(procedures.getChargingProfiles, () => everything, question));
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
): Promise<CallOutcome<StatusResponse>> => calls.call(procedures.triggerMessage, () => request, question);

async function change(
  { calls, procedures }: Line,
  [component, variable]: readonly [component: string, variable: string],
  value: string,
): Promise<Refusal | undefined> {
  const names = { component: { name: component }, variable: { name: variable } };
  const payload = { setVariableData: [{ ...names, attributeValue: value }] };
  const outcome = await calls.call(procedures.setVariables, () => payload, question);
  const reply = statusReply(singleResult(outcome));
  const key = `${component}.${variable}`;
  return reply.outcome === 'rejected' ? { key, value, reason: reply.reason } : undefined;
}

/** One variable was set, so the one result is the answer. */
function singleResult(outcome: CallOutcome<object>): CallOutcome<StatusResponse> {
  if (outcome.kind !== 'result') return outcome;
  // The published schema has checked it.
  const [result] = (outcome.payload as SetVariablesResponse).setVariableResult;
  if (result === undefined) return { kind: 'in doubt', why: 'the answer holds no result' };
  return { kind: 'result', payload: { status: result.attributeStatus } };
}
