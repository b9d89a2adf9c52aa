import type { Authorization } from '../../domain/token.ts';
import type { Handled, StationNews, StationScope } from '../dialect.ts';
import type { MeterReading } from '../meterReadings.ts';
import { sampledMeasurement } from '../sampledValues.ts';
import { meterFacts, type ToldFact, withinTransaction } from '../sessionFacts.ts';
import type { TransactionEventRequest } from './messages.ts';
import { idTokenInfo, meterReadings, meterWords, sessionState, tokenId } from './toDomain.ts';

/** Why a transaction ended when the station does not say. [OCPP 2.0.1 Part 2, TransactionType] */
const defaultStopReason = 'Local';

/** Start, course and end of a transaction, live or queued while the station was offline. */
export async function transactionEvent(
  request: TransactionEventRequest,
  station: StationScope,
): Promise<Handled<object>> {
  const { transactionInfo, seqNo, eventType } = request;
  const authorization = await authorizationOf(request, station);
  const response = authorization === undefined ? {} : { idTokenInfo: idTokenInfo(authorization) };
  const { transactionId } = transactionInfo;
  const evseNumber = evseOf(request, station);
  if (evseNumber === undefined && eventType !== 'Ended') {
    station.log.warn({ transactionId }, 'transaction at an EVSE the station did not name');
    return { response };
  }
  const isRefused = isDriver(request) ? authorization && authorization.status !== 'accepted' : undefined;
  const readings = meterReadings(request.meterValue ?? [], station);
  const facts = factsOf(request, { evseNumber, isRefused, readings }, station);
  const isPast = station.memory.isLate(transactionId, seqNo) && eventType === 'Updated';
  const news = isPast ? [] : newsOf(request, { evseNumber: evseNumber ?? 0, readings }, station);
  const judged = isRefused === undefined ? [] : station.memory.judged(transactionId, isRefused);
  const { reservationId } = request;
  return {
    response,
    facts,
    news: [...news, ...judged],
    ...(reservationId !== undefined && {
      reports: [{ kind: 'reservation ended', reservationId, how: 'used' }],
    }),
  };
}

async function authorizationOf(
  { idToken, eventType, transactionInfo, evse }: TransactionEventRequest,
  station: StationScope,
): Promise<Authorization | undefined> {
  if (idToken === undefined) return undefined;
  const transactionId = eventType === 'Ended' ? undefined : transactionInfo.transactionId;
  return station.authorize({
    ...{ tokenId: idToken.idToken, type: idToken.type },
    ...{ evseNumber: evse?.id, transactionId },
  });
}

/** The token is of whoever charges, and not of somebody who ends it. */
const isDriver = ({ eventType, triggerReason }: TransactionEventRequest): boolean =>
  eventType !== 'Ended' && triggerReason !== 'StopAuthorized';

/** Named in the first event of a transaction, and often only there. */
function evseOf(
  { evse, transactionInfo }: TransactionEventRequest,
  { memory }: StationScope,
): number | undefined {
  return evse?.id ?? memory.evseOf(transactionInfo.transactionId) ?? memory.onlyEvse;
}

function newsOf(
  request: TransactionEventRequest,
  { evseNumber, readings }: { evseNumber: number; readings: readonly MeterReading[] },
  station: StationScope,
): readonly StationNews[] {
  const { eventType, transactionInfo, meterValue = [], offline } = request;
  const { transactionId, chargingState, stoppedReason } = transactionInfo;
  const { atMs } = station.instant(request.timestamp);
  // Of all its instants together: what begins or ends is told by any of them.
  const whole = () =>
    sampledMeasurement(
      meterValue.flatMap(({ sampledValue }) => sampledValue),
      meterWords,
    );

  if (eventType === 'Ended') {
    const reason = stoppedReason ?? defaultStopReason;
    return station.memory.ended(transactionId, { reason, endedAtMs: atMs, values: whole() });
  }
  const token = isDriver(request) ? tokenId(request.idToken) : undefined;
  const started = (): readonly StationNews[] => {
    const { beginRegisterWh, registerWh } = whole();
    const startRegisterWh = beginRegisterWh ?? registerWh;
    const begin = { transactionId, evseNumber, tokenId: token, startedAtMs: atMs, startRegisterWh };
    return station.memory.started(begin);
  };
  return [
    ...(eventType === 'Started' ? started() : station.memory.heardOf(transactionId, evseNumber, atMs)),
    ...(token === undefined ? [] : station.memory.identified(transactionId, token)),
    ...(chargingState === undefined
      ? []
      : station.memory.changed(transactionId, sessionState(chargingState))),
    ...station.memory.measured(readings, { evseNumber, transactionId, isLive: offline !== true }),
  ];
}

function factsOf(
  request: TransactionEventRequest,
  told: { evseNumber: number | undefined; isRefused: boolean | undefined; readings: readonly MeterReading[] },
  station: StationScope,
): readonly ToldFact[] {
  const { evseNumber, isRefused, readings } = told;
  const { eventType, transactionInfo, offline, seqNo } = request;
  const { transactionId, chargingState, stoppedReason } = transactionInfo;
  const about = { transactionId, evseNumber, isSignOfLife: true, isOffline: offline === true };
  const at = station.instant(request.timestamp);
  const token = isDriver(request) ? tokenId(request.idToken) : undefined;
  return [
    {
      ...about,
      isRefused,
      at,
      sequence: seqNo,
      begins: eventType === 'Started',
      ...(token !== undefined && { tokenId: token }),
      ...(chargingState !== undefined && eventType !== 'Ended' && { state: sessionState(chargingState) }),
      ...(eventType === 'Ended' && {
        ends: { reason: stoppedReason ?? defaultStopReason, isPresumed: false },
      }),
    },
    ...meterFacts(about, readings.map(withinTransaction(eventType, at))),
  ];
}
