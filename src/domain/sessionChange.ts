import { type EvseId, sessionId } from './ids.ts';
import type { Session } from './session.ts';
import type { EvseMeasurement, StationEvent } from './stationEvent.ts';

/** A new session from what the station told. Its id is unique as long as a station's transaction ids are. */
export const sessionFrom = (
  event: Extract<StationEvent, { kind: 'session started' }>,
  evseId: EvseId,
): Session => ({
  id: sessionId(`${event.stationId}~${event.transactionId}`),
  evseId,
  stationId: event.stationId,
  transactionId: event.transactionId,
  tokenId: event.tokenId,
  state: 'authorised',
  startedAtMs: event.startedAtMs,
  endedAtMs: undefined,
  endReason: undefined,
  energyWh: 0,
  wantedEnergyWh: undefined,
  departureAtMs: undefined,
  priority: undefined,
});

/** The session in another state, and whose it is where that was told only now. */
export const afterChange = (
  session: Session,
  { state, tokenId, isRefused }: Extract<StationEvent, { kind: 'session changed' }>,
): Session => ({
  ...session,
  state,
  tokenId: session.tokenId ?? tokenId,
  ...(isRefused !== undefined && { isRefused }),
});

/** The session with the energy told; a register that went backwards is a late or reset one and changes nothing. */
export function afterMeasurement(session: Session, measurement: EvseMeasurement): Session {
  const { energyWh, transactionId } = measurement;
  const isOther = transactionId !== undefined && transactionId !== session.transactionId;
  if (energyWh === undefined || isOther || energyWh <= session.energyWh) return session;
  return { ...session, energyWh };
}
