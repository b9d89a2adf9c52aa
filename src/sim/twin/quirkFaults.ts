import { type DeviceQuirkName, deviceQuirks } from '../deviceQuirks.ts';
import type { Random } from '../random.ts';
import type { Fault } from './faults.ts';
import type { TwinStation } from './twinStation.ts';
import type { World } from './world.ts';

// Devices of the field: a station takes up a misbehaviour of one of them for a while, as after an update.

const minuteMs = 60_000;
const restartMs = 5_000;

/** It refuses, rounds down, offers less or tells less: whoever believes its answers stays under every limit. */
const harmless: readonly DeviceQuirkName[] = [
  'Q3 no station maximum',
  'Q5 no relative schedules',
  'Q5 relative schedules only',
  'Q6 lower stack level than announced',
  'Q7 refuses 0 A',
  'Q8 stays paused',
  'Q9 amps only',
  'Q9 watts only',
  'Q10 steps of its own',
  'Q11 ignores numberPhases',
  'Q15 forgets its lease offline',
  'Q20 one period',
  'Q23 a lower limit of its own',
  'Q28 meters every 2 min',
  'Q28 no offered current',
  'Q28 no current at all',
  'Q29 profiles fail in its RPC layer',
  'Q30 no smart charging',
  'Q32 direct current',
  'Q33 digests the start of a transaction',
];

/** It says yes and does something else: what it draws beyond its word is the only proof. */
const disobedient: readonly DeviceQuirkName[] = [
  'Q2 default waits for the next transaction',
  'Q8 resumes at full power',
  'Q9 watts without effect',
  'Q15 forgets everything offline',
  'Q16 forgets its default when it restarts',
  'Q16 holds the first period for ever',
  'Q16 ignores the end of a schedule',
  'Q21 accepts and ignores leases',
  'Q21 accepts and ignores everything',
  'Q22 falls 30 s late',
];

/** Mends itself with another update, for which it restarts. */
const quirkFault = (
  name: string,
  quirks: readonly DeviceQuirkName[],
  keepsItsWord: boolean,
  anyStation: (world: World, random: Random) => TwinStation | undefined,
): Fault => ({
  name,
  everyMs: 180 * minuteMs,
  lastsMs: [2 * minuteMs, 25 * minuteMs],
  begin(world, random) {
    const twin = anyStation(world, random);
    const quirk = quirks[Math.floor(random() * quirks.length)];
    if (twin === undefined || quirk === undefined) return undefined;
    world.trace(`${twin.id}: ${quirk}`);
    world.stations.update(twin, deviceQuirks[quirk], keepsItsWord);
    return () => {
      world.stations.mend(twin);
      world.clock.after(restartMs, () => world.stations.restore(twin));
    };
  },
});

export const quirkFaults = (
  anyStation: (world: World, random: Random) => TwinStation | undefined,
): readonly Fault[] => [
  quirkFault('device-quirk', harmless, true, anyStation),
  quirkFault('device-disobeys', disobedient, false, anyStation),
];
