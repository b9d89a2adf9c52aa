import type { BookingOption } from '../../domain/roaming/booking.ts';

const lists = [
  ['vehicleTypes', 'vehicles'],
  ['connectorTypes', 'connectors'],
  ['connectorFormats', 'connector formats'],
  ['powerTypes', 'power'],
] as const;

const measures = [
  ['maxVehicleWeight', 'kg of vehicle'],
  ['maxVehicleHeight', 'cm of height'],
  ['maxVehicleLength', 'cm of length'],
  ['maxVehicleWidth', 'cm of width'],
  ['minParkingSpaceLength', 'cm of space in length'],
  ['minParkingSpaceWidth', 'cm of space in width'],
] as const;

const flags = [
  ['areDangerousGoodsAllowed', 'dangerous goods'],
  ['isDriveThrough', 'driving through'],
  ['hasRefrigerationOutlet', 'refrigeration'],
] as const;

/**
 * What of a driver's wishes a place does not have; undefined where it has all. Of several words in a list one is enough. What a
 * place does not tell is not judged.
 */
export function misfit(offered: BookingOption, asked: BookingOption | undefined): string | undefined {
  if (asked === undefined) return undefined;
  for (const [name, what] of lists) {
    const had = offered[name];
    const isMet = asked[name].length === 0 || asked[name].some((word) => had.includes(word));
    if (had.length > 0 && !isMet) return `the place has no such ${what}: ${asked[name].join(', ')}`;
  }
  for (const [name, what] of measures) {
    const [most, wanted] = [offered[name], asked[name]];
    if (most !== undefined && wanted !== undefined && wanted > most)
      return `the place has room for ${most} ${what}`;
  }
  const missing = flags.find(([name]) => asked[name] === true && offered[name] === false);
  return missing && `the place is not for ${missing[1]}`;
}
