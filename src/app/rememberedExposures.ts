import { noticeOfflineMs } from '../control/exposure.ts';
import type { KeptExposure, RememberedExposure } from '../control/inherited.ts';
import { type KeptDevice, newDevice, traitsOf } from '../domain/deviceRecord.ts';
import type { StationId } from '../domain/ids.ts';
import type { Evse, Site } from '../domain/site.ts';
import { leaseMsOf, outlivesSession } from '../domain/traits.ts';
import { leaseSlackMs } from './options.ts';

interface Known {
  readonly sites: readonly Site[];
  /** Of the config. */
  readonly leaseMs: number;
  readonly devices: ReadonlyMap<StationId, KeptDevice>;
}

/** What an earlier process told every EVSE, as far as it was kept, and how long it may hold by what was known of its device. */
export function rememberedExposures(
  { sites, leaseMs, devices }: Known,
  kept: readonly KeptExposure[],
): readonly RememberedExposure[] {
  const evses = new Map(sites.flatMap((site) => site.evses.map((evse) => [evse.id, evse])));
  return kept.map(({ evseId, standingAmps, lease }) => {
    const evse = evses.get(evseId);
    return {
      evseId,
      ...(evse !== undefined && longestLease(evse, devices.get(evse.station), leaseMs)),
      standingAmps,
      setpointAmps: lease?.setpointAmps,
      tailAmps: lease?.tailAmps,
      leaseEndsAtMs: lease && lease.sentAtMs + lease.leaseMs + leaseSlackMs,
    };
  });
}

function longestLease(
  { traits, partner }: Evse,
  device: KeptDevice = { hardware: undefined, learnt: [] },
  usualMs: number,
): Pick<RememberedExposure, 'leaseMs' | 'outlivesSession' | 'leftUntilMs'> {
  if (partner !== undefined) return { leaseMs: partner.leaseMs, outlivesSession: false };
  // Any version may have been spoken; that of the config that holds longest counts.
  const written = traitsOf({ ...newDevice(traits), ...device, protocol: 'ocpp2.1' });
  const noticeMs = written.leaseForm === 'offline' ? noticeOfflineMs : 0;
  const changed = device.learnt.findLast(({ change }) => change.rung !== undefined);
  return {
    leaseMs: leaseMsOf(written, usualMs) + noticeMs,
    outlivesSession: outlivesSession(written.rung),
    leftUntilMs: changed && changed.atMs + usualMs + leaseSlackMs,
  };
}
