import type { ControlParts } from '../../src/app/control.ts';
import { twinJoints, twinOptions, twinPlace } from '../../src/commands/twin.ts';
import { parseConfig } from '../../src/config/config.ts';
import { allFaults } from '../../src/sim/twin/faults.ts';
import { runTwin, type TwinResult } from '../../src/sim/twin/run.ts';
import { shapes } from '../../src/sim/twin/shapes.ts';

export interface GivenRun {
  readonly site: string;
  readonly seed: number;
  readonly hours: number;
  readonly faults?: readonly string[];
  readonly rate?: number;
  readonly parts?: ControlParts;
  readonly stopsEarly?: boolean;
}

/** Lives through one seed of a shape, with all faults unless some are named. */
export function givenRun({
  site,
  seed,
  hours,
  faults,
  rate = 1,
  parts,
  stopsEarly,
}: GivenRun): Promise<TwinResult> {
  const shape = shapes[site];
  if (shape === undefined) throw new Error(`no shape ${site}`);
  const loaded = parseConfig(JSON.stringify(shape.config), site, {});
  return runTwin({
    place: twinPlace(site, loaded, shape.meterMs),
    joints: twinJoints(twinOptions(loaded), parts),
    seed,
    forMs: hours * 3_600_000,
    faults: faults === undefined ? allFaults : allFaults.filter(({ name }) => faults.includes(name)),
    faultRate: rate,
    ...(stopsEarly !== undefined && { stopsEarly }),
  });
}
