import type { LoadedConfig } from '../config/config.ts';
import type { TickResult } from '../control/controlLoop.ts';
import type { HorizonTarget } from '../control/horizonTargets.ts';
import type { SiteInput } from '../control/siteInput.ts';
import { type Control, controlSnapshot } from '../control/snapshot.ts';
import type { EvseId, SiteId } from '../domain/ids.ts';
import type { HeldClock } from '../incidents/heldClock.ts';
import { type IncidentCounts, type IncidentOutcome, startIncidents } from '../incidents/incidents.ts';
import { Recorder, type RecorderCounts } from '../incidents/recorder.ts';
import { incidentWatch } from '../incidents/watch.ts';
import type { AppPorts } from './app.ts';
import { incidentsOptions, loopOptions } from './options.ts';

/** The recording of what the control is told and decides, and the bundles that are written of it. */
export interface AppIncidents {
  /** Records what is put into the site state, and puts it there. */
  take<T>(input: SiteInput, apply: () => T): T;
  /** Records what a tick was told that the plan of the coming hours wants. */
  target(evseId: EvseId, target: HorizonTarget | undefined): void;
  /** Records a tick, and writes a bundle when it shows what must not happen. */
  follow(result: TickResult): void;
  /** An allocation was not the one that GLPK finds. */
  audited(detail: string): void;
  ask(siteId: SiteId, actor: string): Promise<IncidentOutcome>;
  counts(): IncidentCounts & RecorderCounts;
  stop(): Promise<void>;
}

/** undefined where none are to be written: then nothing is recorded either. */
export function startAppIncidents(
  { config, sites, areas, connections }: LoadedConfig,
  { log, version }: AppPorts,
  { control, clock, epoch }: { readonly control: Control; readonly clock: HeldClock; readonly epoch: number },
): AppIncidents | undefined {
  const options = incidentsOptions(config);
  if (options === undefined) return undefined;
  const recorder = new Recorder(clock, () => controlSnapshot(sites, control));
  const about = { program: version, sites, areas, connections, options: loopOptions(config), epoch };
  const incidents = startIncidents(options, { clock, log, recorder, about });
  const watch = incidentWatch();
  return {
    take: (input, apply) => recorder.take(input, apply),
    target: (evseId, target) => recorder.target(evseId, target),
    follow(result) {
      recorder.tick(result);
      for (const cause of watch.follow(result, clock.monotonicMs())) incidents.report(cause);
    },
    audited: (detail) => incidents.report({ kind: 'allocation differs', siteId: undefined, detail }),
    ask: (siteId, actor) => incidents.ask({ kind: 'asked for', siteId, detail: `${actor} asked for it` }),
    counts: () => ({ ...incidents.counts(), ...recorder.counts() }),
    stop: () => incidents.stop(),
  };
}
