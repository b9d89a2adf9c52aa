import type { AreaId, CircuitId, EvseId, SiteId, StationId } from './ids.ts';
import type { Phase } from './phases.ts';
import type { KwhTable, PeakTariff, PriceTable } from './prices.ts';
import type { Supply } from './supply.ts';
import type { StationTraits } from './traits.ts';

/**
 * `fair`: exactly weighted max-min. `deadline`: who can wait least first, phases balanced. `first-come`: in the order
 * of arrival.
 */
export type SharingPolicy = 'fair' | 'deadline' | 'first-come';

/** What a circuit's meter counts. */
export interface CircuitMeter {
  /** `total` sees our own charging too, `background` only what we do not control. */
  readonly measures: 'total' | 'background';
  /** Past this age a value is no longer used, per field. */
  readonly maxAgeMs: number;
  /** Solar or a battery feeds in behind it, so it may show less than our cars draw, and export. */
  readonly hasGeneration?: boolean;
}

/** One protected conductor set. `parent` is undefined for the grid connection of a site. */
export interface Circuit {
  readonly id: CircuitId;
  readonly parent: CircuitId | undefined;
  /** The line conductors it has. */
  readonly phases: readonly Phase[];
  readonly breakerAmps: number;
  /** Rated power of what feeds it (a transformer), over all phases. */
  readonly ratedWatts: number | undefined;
  /** Background load per phase to plan on while no meter tells better. */
  readonly assumedBackgroundAmps: number;
  readonly meter: CircuitMeter | undefined;
}

/** An EVSE of another operator, on a circuit of ours: it is limited by that operator, whom we tell over OCPI. */
export interface PartnerPlace {
  readonly partnerId: string;
  readonly locationId: string;
  readonly evseUid: string;
  /** Where the EVSE has several; undefined: whichever is used. */
  readonly connectorId: string | undefined;
  /** What a session there is given as long as nobody has limited it, and after it: as agreed, or the maximum. */
  readonly unlimitedAmps: number;
  /** Of the profiles of its sessions. */
  readonly leaseMs: number;
  /** Between two profiles of one session: operators refuse what comes sooner. */
  readonly pauseMs: number;
}

/** The part of a station that feeds one vehicle at a time. */
export interface Evse {
  readonly id: EvseId;
  readonly circuit: CircuitId;
  readonly station: StationId;
  /** Number of the EVSE in its station, from 1: 1.6's connectorId, 2.x's evseId. */
  readonly number: number;
  /** The conductor each of the EVSE's own L1, L2, L3 is wired to, in that order. One entry for one phase. */
  readonly wiring: readonly Phase[];
  /** Below this no car charges [IEC 61851-1: 6 A]. */
  readonly minAmps: number;
  readonly maxAmps: number;
  /** What the station falls to when it no longer hears from us. */
  readonly failsafeAmps: number;
  /** A higher class is served before a lower one gets anything. */
  readonly priority: number;
  /** Share within the class: twice the weight, twice the current. */
  readonly weight: number;
  /** What the config fixes of what its station can be told; the rest is found out. */
  readonly traits: Partial<StationTraits>;
  /** Whose it is where it is not ours. Its station is then a name for the place. */
  readonly partner?: PartnerPlace;
}

/**
 * What a car counts on. `wired`: every phase its EVSE has. `learnt`: those it was seen to use, and on each of the others
 * there is room for any one car to begin with it.
 *
 * That a car goes on with the phases it was seen to use is experience, and nothing promises it: its pilot signal offers
 * all of them, and no command takes them back. What can be promised is that any one of them may change its mind without
 * an ampere too much. Several at once would be a step, answered like one of the building; what makes several start
 * anew together (a pause, a station's restart, a lost link) is therefore never counted on.
 */
export type PhasesUsed = 'wired' | 'learnt';

export interface Site {
  readonly id: SiteId;
  readonly name: string;
  /** IANA name, for people only: all instants are UTC. */
  readonly timeZone: string;
  readonly supply: Supply;
  /** How what is left is shared among cars of one priority class. */
  readonly policy: SharingPolicy;
  /** Class of a session whose driver asks for priority at its station; undefined: the station is left to it. */
  readonly driverPriority?: number | undefined;
  /** What energy costs when, as far as nobody tells the prices of each hour. */
  readonly prices?: PriceTable | undefined;
  readonly peakTariff?: PeakTariff | undefined;
  /** Kilograms of CO2 that come with a kWh when, as far as anybody told. */
  readonly emissions?: KwhTable | undefined;
  readonly phasesUsed: PhasesUsed;
  /** Parents before children; the first is the grid connection. */
  readonly circuits: readonly Circuit[];
  readonly evses: readonly Evse[];
}

/** A part of the DSO's grid above several sites. */
export interface Area {
  readonly id: AreaId;
  readonly limitWatts: number;
  readonly sites: readonly SiteId[];
}
