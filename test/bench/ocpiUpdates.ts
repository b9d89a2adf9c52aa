import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { evseId, type SessionId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import { recordOf, type SessionRecord, withFact } from '../../src/domain/sessionRecord.ts';
import { createLogger } from '../../src/log.ts';
import { PartnerClient } from '../../src/ocpi/partners/client.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { Pushes } from '../../src/ocpi/partners/pushes.ts';
import { SessionDesk } from '../../src/ocpi/sessions/sessionDesk.ts';
import { Outgoing } from '../../src/ocpi/transport/outgoing.ts';
import { openStore } from '../../src/store/openStore.ts';
import { givenPlace, givenToken } from '../ocpi/givenCharge.ts';
import { pause } from './benchStation.ts';

/** Sessions that run at the same time, so many of each partner. */
const sessionsOfEach = 10_000;
const updatesPerS = 1_000;
const durationS = 30;
/** Those who were told nothing yet when the last update is made. */
const settleMs = 5_000;

export interface Updates {
  readonly offered: number;
  /** Processor time of this process, meters and partners left out. */
  readonly processorMs: number;
  readonly processorMsPerUpdate: number;
  readonly heapMostMb: number;
  readonly rssMostMb: number;
}

const partnerAt = (origin: string, index: number): Partner => ({
  ...{ id: `p${index}`, addedAtMs: 0, addedBy: 'bench' },
  state: {
    ...{
      kind: 'registered',
      issuedSha256: String(index),
      version: '2.2.1',
      versionsUrl: `${origin}/versions`,
    },
    access: { origin, token: 'of-the-bench', tokenForm: 'base64' },
    roles: [{ role: 'EMSP', countryCode: 'DE', partyId: 'MSP', businessDetails: { name: 'MSP' } }],
    endpoints: [{ module: 'sessions', role: 'RECEIVER', url: `${origin}/sessions` }],
  },
});

/** Session updates through the desk, the database and the sockets, each session of one of the partners in turn. */
export async function pushUpdates(folder: string, origins: readonly string[]): Promise<Updates> {
  const [clock, log] = [systemClock(), createLogger('fatal')];
  const store = await openStore(`sqlite:${join(folder, 'updates.db')}`, { clock, log });
  const nothing = async (): Promise<void> => undefined;
  const book = new PartnerBook({ savePartner: nothing, deletePartner: nothing }, origins.map(partnerAt));
  const policy = { allowsPrivate: true, isPrivateAddress: () => true };
  const outgoing = new Outgoing({ clock, policy });
  const client = new PartnerClient({ outgoing, clock, newId: () => 'bench' });
  const own = { countryCode: 'SE', partyId: 'GRG' };
  const pushes = new Pushes({ clock, log, random: Math.random, book, client, own });
  const records = new Map<SessionId, SessionRecord>();
  const partnerOf = (station: string) => `p${Number(station.slice(1)) % origins.length}`;
  const desk = new SessionDesk({
    bookings: { claim: async () => undefined },
    ...{ clock, log, objects: store, book, pushes },
    tokens: {
      ownerOf: async (station) => ({ partnerId: partnerOf(station), token: givenToken, method: 'WHITELIST' }),
      spent: () => undefined,
    },
    recordOf: async (id) => records.get(id),
    recentSessions: async () => [],
    signedValuesOf: async () => [],
    reserved: { claim: async () => undefined },
    placeOf: () => givenPlace,
    isOurs: () => false,
    onCdr: () => undefined,
  });
  const sessionCount = sessionsOfEach * origins.length;
  const update = (index: number): void => {
    const station = stationId(`S${index}`);
    const id = sessionId(`${station}~1`);
    const known = records.get(id);
    const at = { atMs: Date.now(), clock: 'right', aheadMs: 0 } as const;
    const fact = { stationId: station, transactionId: '1', evseNumber: 1, at, tokenId: 'CAFE' };
    const registerWh = Math.round(performance.now());
    const record =
      known === undefined
        ? recordOf({ ...fact, begins: true, state: 'charging', registerWh }, evseId(`E${index}`))
        : withFact(known, { ...fact, registerWh });
    records.set(id, record);
    desk.take(id);
  };
  let [heapMost, rssMost] = [0, 0];
  const before = process.cpuUsage();
  const beganMs = performance.now();
  let offered = 0;
  while (performance.now() - beganMs < durationS * 1_000) {
    const due = ((performance.now() - beganMs) / 1_000) * updatesPerS;
    for (; offered < due; offered += 1) update(offered % sessionCount);
    const { heapUsed, rss } = process.memoryUsage();
    [heapMost, rssMost] = [Math.max(heapMost, heapUsed), Math.max(rssMost, rss)];
    await pause(20);
  }
  await pause(settleMs);
  const { user, system } = process.cpuUsage(before);
  const processorMs = (user + system) / 1_000;
  desk.stop();
  pushes.stop();
  outgoing.stop();
  await store.stop();
  return {
    ...{ offered, processorMs, processorMsPerUpdate: processorMs / offered },
    ...{ heapMostMb: heapMost / 2 ** 20, rssMostMb: rssMost / 2 ** 20 },
  };
}
