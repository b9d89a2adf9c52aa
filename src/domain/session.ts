import type { EvseId, SessionId, StationId } from './ids.ts';
import type { ProfileType } from './roaming/token.ts';
import type { Evse } from './site.ts';

/** `suspended-by-ev`: the car does not take what is offered. `suspended-by-us`: nothing is offered. */
export type SessionState = 'authorised' | 'charging' | 'suspended-by-ev' | 'suspended-by-us' | 'finished';

/** The domain's view of one charge. */
export interface Session {
  readonly id: SessionId;
  readonly evseId: EvseId;
  readonly stationId: StationId;
  /** The station's name for it: a decimal integer in OCPP 1.6, free text in 2.x. */
  readonly transactionId: string;
  readonly tokenId: string | undefined;
  readonly state: SessionState;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly endReason: string | undefined;
  readonly energyWh: number;
  readonly wantedEnergyWh: number | undefined;
  readonly departureAtMs: number | undefined;
  /** Overrides the EVSE's priority class while it lasts. */
  readonly priority: number | undefined;
  /** How its driver wants to charge; as everybody where nobody told. */
  readonly profile?: ProfileType | undefined;
  /** What it has before everybody else until then, as far as limits and its car allow: its driver has booked it. */
  readonly guaranteedWatts?: number;
  readonly guaranteedUntilMs?: number;
  /** Its token may not charge: it gets nothing until it is ended. */
  readonly isRefused?: boolean;
  /** Its station said that a profile prevails there over what we set, and may not have said that this is over. */
  readonly hasPriority?: boolean;
}

/** In a hurry, and willing to pay for it: it counts as so many others where current is shared. */
const fastFactor = 2;

/** The share of a session within its class. */
export const shareOf = (
  { weight }: Pick<Evse, 'weight'>,
  session: Pick<Session, 'profile'> | undefined,
): number => (session?.profile === 'FAST' ? fastFactor * weight : weight);
