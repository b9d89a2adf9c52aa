import type { EvseId, StationId } from '../../domain/ids.ts';
import type {
  BookedSpan,
  BookingLocation,
  BookingOption,
  BookingTerms,
  Timeslot,
} from '../../domain/roaming/booking.ts';
import { type BookingHours, calendarOf } from '../../domain/roaming/bookingRules.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { ParkingPlace, PublicConnector } from '../../domain/roaming/location.ts';

/** An EVSE that can be booked. */
export interface BookablePlace extends Party, BookingHours {
  readonly evseId: EvseId;
  readonly stationId: StationId;
  readonly evseNumber: number;
  readonly locationId: string;
  readonly connector: PublicConnector;
  readonly terms: BookingTerms;
  readonly parking: ParkingPlace | undefined;
  /** Whether its station is asked to keep it, too. */
  readonly isReservable: boolean;
  readonly hasGreenEnergy: boolean | undefined;
}

/** How an EVSE is offered: the place, and what of it is free beside what is taken. */
export function bookingLocationOf(
  place: BookablePlace,
  taken: readonly BookedSpan[],
  { nowMs, changedMs }: { readonly nowMs: number; readonly changedMs: number },
): BookingLocation {
  const { evseId, locationId, connector, policy, closed, terms, countryCode, partyId } = place;
  const slot = powerOf(place);
  const calendar = calendarOf({ id: evseId, policy, closed, slot }, taken, {
    nowMs,
    lastUpdatedMs: changedMs,
  });
  return {
    ...{ countryCode, partyId, id: evseId, locationId },
    option: optionOf(place),
    policy: { isReservationRequired: false },
    ...{ tariffIds: connector.tariffIds, terms },
    // A calendar has one free timeslot at least: where nothing is free there is none.
    calendars: calendar === undefined ? [] : [calendar],
    lastUpdatedMs: Math.max(changedMs, calendar?.lastUpdatedMs ?? 0),
  };
}

/** The power that is there at a place, for who wants this much of it. */
export function powerOf(
  { connector, policy, hasGreenEnergy }: BookablePlace,
  wantedWatts = Number.POSITIVE_INFINITY,
): Omit<Timeslot, keyof BookedSpan> {
  const maxWatts = Math.min(wantedWatts, connector.maxWatts ?? Number.POSITIVE_INFINITY);
  return {
    // Who needs less than is guaranteed leaves the rest to others.
    ...(policy.guaranteedWatts !== undefined && { minWatts: Math.min(policy.guaranteedWatts, maxWatts) }),
    ...(Number.isFinite(maxWatts) && { maxWatts }),
    ...(hasGreenEnergy !== undefined && { hasGreenEnergy }),
  };
}

export const optionOf = ({ evseId, connector, parking }: BookablePlace): BookingOption => ({
  ...{ evseUid: evseId, connectorId: connector.id, evsePositions: [] },
  ...{ connectorFormats: [connector.format], connectorTypes: [connector.standard] },
  powerTypes: [connector.powerType],
  vehicleTypes: parking?.vehicleTypes ?? [],
  ...(parking !== undefined && { parkingId: parking.id }),
  ...told('maxVehicleWeight', parking?.maxVehicleWeightKg),
  ...told('maxVehicleHeight', parking?.maxVehicleHeightCm),
  ...told('maxVehicleLength', parking?.maxVehicleLengthCm),
  ...told('maxVehicleWidth', parking?.maxVehicleWidthCm),
  ...told('minParkingSpaceLength', parking?.lengthCm),
  ...told('minParkingSpaceWidth', parking?.widthCm),
  ...told('areDangerousGoodsAllowed', parking?.allowsDangerousGoods),
  ...told('isDriveThrough', parking?.isDriveThrough),
  ...told('hasRefrigerationOutlet', parking?.hasRefrigerationOutlet),
});

const told = <Name extends keyof BookingOption>(name: Name, value: BookingOption[Name] | undefined) =>
  value === undefined ? {} : { [name]: value };
