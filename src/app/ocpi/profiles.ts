import type { EvseView } from '../../control/siteView.ts';
import type { SessionId } from '../../domain/ids.ts';
import { loadCount, type Supply } from '../../domain/supply.ts';
import type { Logger } from '../../log.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import { ProfileDesk, type RunningCharge } from '../../ocpi/profiles/profileDesk.ts';
import type { Running } from '../app.ts';
import type { OcpiParty } from './party.ts';

type ProfileNeeds = Pick<Running, 'loaded' | 'ports' | 'store' | 'board' | 'state' | 'inputs' | 'sessions'>;

/** Profiles of partners, in force in the allocation from the next tick on. The returned function ends it, twice if need be. */
export function startProfiles(
  { loaded, ports: { clock }, store, board, state, inputs, sessions }: ProfileNeeds,
  { own, policy, client, book }: OcpiParty,
  { pushes, log }: { readonly pushes: Pushes; readonly log: Logger },
): { readonly desk: ProfileDesk; stop(): void } {
  const supplies = new Map(loaded.sites.map(({ id, supply }) => [id, supply]));
  const isOpen = (id: SessionId): boolean => {
    const known = sessions.current(id)?.session;
    return known !== undefined && known.endedAtMs === undefined;
  };
  const desk = new ProfileDesk({
    ...{ clock, log, objects: store, book, client, policy, own, pushes, isOpen },
    bound: ({ sessionId: id }, amps) => {
      const session = sessions.current(id)?.session;
      if (session === undefined) return;
      const { stationId, transactionId } = session;
      const event = { kind: 'bounded by a partner', stationId, transactionId, amps } as const;
      inputs.applyStationEvent({ ...event, atMs: clock.nowMs() });
    },
  });
  desk.start().catch((error: unknown) => {
    log.error({ err: error }, 'profiles of partners from before the start could not be read');
  });
  const stopFollowing = board.onTick(({ views }) => {
    desk.follow(
      views.flatMap(({ siteId, evses }) => {
        const supply = supplies.get(siteId);
        return supply === undefined ? [] : evses.flatMap((evse) => chargeOf(evse, supply, state));
      }),
    );
  });
  return {
    desk,
    stop: () => {
      stopFollowing();
      desk.stop();
    },
  };
}

function chargeOf(evse: EvseView, supply: Supply, state: Running['state']): readonly RunningCharge[] {
  const { session, exposureAmps, maxAmps, setpointAmps = 0 } = evse;
  if (session === undefined) return [];
  const { id: sessionId, startedAtMs } = session;
  return [
    {
      ...{ sessionId, startedAtMs, exposureAmps, maxAmps, setpointAmps },
      boundAmps: state.evse(evse.id).partnerAmps,
      conductorCount: loadCount(supply, evse.wiring),
      phaseVolts: supply.phaseVolts,
    },
  ];
}
