import { evseId, stationId } from '../../src/domain/ids.ts';
import { everyPhase, perPhase } from '../../src/domain/phases.ts';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import type { Evse, Site } from '../../src/domain/site.ts';
import { createLogger } from '../../src/log.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { ReceivedSessions } from '../../src/ocpi/received/receivedSessions.ts';
import { SessionSync } from '../../src/ocpi/received/sessionSync.ts';
import { PartnerStations } from '../../src/ocpi/scsp/partnerStations.ts';
import type { PlacedEvse } from '../../src/ocpi/scsp/placedEvse.ts';
import { ProfileSender } from '../../src/ocpi/scsp/profileSender.ts';
import { sessionOf } from '../../src/ocpi/versions.ts';
import { building } from '../../src/sim/building.ts';
import { randomAt } from '../../src/sim/random.ts';
import { MemoryObjects } from '../ocpi/memoryObjects.ts';
import { givenCircuit, givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { type Mood, SimulatedCpo } from './simulatedCpo.ts';
import { loopOptions, World } from './world.ts';

/** All that a story is: with one seed it is always the same one. */
export interface PartnerStoryInput {
  readonly seed: number;
  /** How the other operator is, each mood for so long, again and again. */
  readonly moods: readonly Mood[];
  readonly moodS: number;
  /** What the other operator gives a session that nobody has limited. */
  readonly unlimitedAmps: number;
  readonly breakerAmps: number;
}

const log = createLogger('silent');
const hardwareAmps = 16;
const stepMs = 200;
/** A car that follows at the latest moment that is allowed [IEC 61851-1: 5 s]. */
const followMs = 5_000;
/** Cars come and go: none takes the place of another sooner. */
const leastGapS = 90;
const phaseVolts = 230;
/** Until then the operator is prompt, and the margin for a building that moves is learnt: what is over is not counted. */
export const warmUpS = 360;

const uids = ['F1', 'F2', 'F3', 'F4'] as const;

const partnerEvses = (unlimitedAmps: number): readonly Evse[] =>
  uids.map((uid) =>
    givenEvse({
      id: evseId(uid),
      station: stationId(`fjord:LOC1:${uid}`),
      maxAmps: hardwareAmps,
      traits: {},
      partner: {
        ...{ partnerId: 'fjord', locationId: 'LOC1', evseUid: uid, connectorId: undefined },
        ...{ unlimitedAmps, leaseMs: 120_000, pauseMs: 15_000 },
      },
    }),
  );

/** A car at a station of the other operator: what it draws, and since when it should draw less. */
interface PartnerCar {
  drawAmps: number;
  offers: { amps: number; untilMs: number }[];
  energyWh: number;
}

/**
 * Six stations of ours and four of another operator under one breaker, a building beside them that never stands still. The
 * service is the real one, from the messages of OCPI to the setpoints; the operator, its stations and the cars are simulated.
 */
export class PartnerStory {
  readonly world: World;
  readonly cpo: SimulatedCpo;
  readonly #input: PartnerStoryInput;
  readonly #cars = new Map<string, PartnerCar>(
    uids.map((uid) => [uid, { drawAmps: 0, offers: [], energyWh: 0 }]),
  );
  readonly #sync: SessionSync;
  #seconds = 0;
  /** What EVSEs had in force beyond what is counted for them, and how often: promise P1. */
  readonly p1 = { violations: 0, worstAmps: 0 };
  readonly over = { seconds: 0, worstAmps: 0 };
  /** Delivered by our stations, kWh. */
  readonly energy = { ownKwh: 0, partnerKwh: 0 };

  constructor(input: PartnerStoryInput) {
    this.#input = input;
    const theirs = partnerEvses(input.unlimitedAmps);
    const site: Site = givenSite({
      circuits: [givenCircuit({ breakerAmps: input.breakerAmps, assumedBackgroundAmps: 20 })],
      // Ours begin with nothing, so that whatever is too much comes from the building or the other operator.
      evses: [...givenEvses(6, { failsafeAmps: 0 }), ...theirs],
    });
    const placed = theirs.map(placedOf);
    this.world = new World({
      sites: [site],
      stepMs,
      options: { ...loopOptions, margin: { maxAmps: 3, reactionMs: 7_500 } },
      partners: {
        has: (id) => placed.some((evse) => evse.stationId === id),
        send: (command) => sender.send(command),
      },
    });
    const { clock } = this.world;
    const own = { countryCode: 'SE', partyId: 'GRG' };
    const book = new PartnerBook(
      { savePartner: async () => undefined, deletePartner: async () => undefined },
      [fjord],
    );
    const objects = new MemoryObjects().opened(() => false);
    const sessions = new ReceivedSessions({ objects, nowMs: () => clock.nowMs() });
    this.cpo = new SimulatedCpo(clock, input.seed, {
      session: (wire) => {
        const decoded = sessionOf('2.2.1').read(wire);
        if (decoded.status === 'read') void sessions.put('fjord', decoded.value);
      },
      result: (url, result) => void sender.settle('fjord', url.split('/').at(-1) ?? '', { result }),
    });
    const { client } = this.cpo;
    const stations = new PartnerStations(
      {
        ...{ clock, log, book, sessions },
        apply: (event) => this.world.inputs.applyStationEvent(event),
        note: () => undefined,
        isOnline: (id) => this.world.state.isOnline(id),
        runningAt: (id) => {
          const session = this.world.state.station(id)?.evses[0]?.session;
          return session && { id: session.transactionId, startedAtMs: session.startedAtMs };
        },
        mostAmps: () => hardwareAmps,
      },
      placed,
    );
    let ids = 0;
    const onHeard = (id: string): void => void stations.heard(id);
    this.#sync = new SessionSync({ clock, log, client, book, sessions, own, random: () => 0.5, onHeard });
    const sender: ProfileSender = new ProfileSender(
      {
        ...{ clock, log, client, book, own },
        newId: () => `R${++ids}`,
        moduleUrl: () => 'https://us.example/ocpi/2.2.1/sender/chargingprofiles',
        onAnswer: (answer) => this.world.inputs.applyAnswer(answer),
        onDoubt: (id, why) => {
          if (why === 'no answer') stations.lost(id);
          this.#sync.doubt(id);
        },
      },
      placed,
    );
    this.#sync.start();
    this.#connectOurs();
    this.#background = building({
      seed: input.seed,
      baseAmps: everyPhase(15),
      ...{ swellAmps: 20, noiseAmps: 1, step: { amps: 0, everyMs: 60_000, chance: 0 } },
    });
  }

  readonly #background: ReturnType<typeof building>;

  async run(seconds: number): Promise<this> {
    for (const end = this.#seconds + seconds; this.#seconds < end; this.#seconds += 1) {
      this.#live();
      for (let ms = 0; ms < 1000; ms += stepMs) {
        this.#flow();
        this.world.clock.advance(stepMs);
        // What was promised on the way goes on before the next step.
        await new Promise((resolve) => setImmediate(resolve));
        this.#judge();
      }
    }
    return this;
  }

  /** Another process takes over, and asks the operator for its sessions. */
  restart(): this {
    this.world.restart();
    this.#connectOurs();
    this.#sync.doubt('fjord');
    return this;
  }

  #connectOurs(): void {
    for (const station of this.world.farSide.stations)
      if (station.evses.every(({ evse }) => evse.partner === undefined)) this.world.farSide.connect(station);
  }

  /** The limit falls to so much: how long until what flows is under it, in seconds. It is lifted afterwards. */
  async cutTo(amps: number): Promise<number> {
    const { world } = this;
    const limit = world.setLimit({ amps });
    const fromS = this.#seconds;
    const before = { ...this.over };
    do {
      await this.run(1);
    } while (this.#loadAmps() > amps && this.#seconds - fromS < 600);
    const tookS = this.#seconds - fromS;
    await this.run(60);
    world.endLimit(limit);
    Object.assign(this.over, before);
    return tookS;
  }

  /** Of the fullest phase. */
  #loadAmps(): number {
    const [site] = this.world.input.sites;
    const [circuit] = site?.circuits ?? [];
    return site === undefined || circuit === undefined ? 0 : Math.max(...this.world.loadAmps(circuit, site));
  }

  get mood(): Mood {
    const { moods, moodS } = this.#input;
    const second = this.#seconds - warmUpS;
    return second < 0 ? 'prompt' : (moods[Math.floor(second / moodS) % moods.length] ?? 'prompt');
  }

  /** Cars come and go, and the operator's temper changes. */
  #live(): void {
    const { seed } = this.#input;
    const second = this.#seconds;
    this.cpo.mood = this.mood;
    if (second % 60 === 30) this.cpo.tellAll();
    const all = [...uids, ...givenEvses(6).map(({ id }) => id)];
    all.forEach((id, index) => {
      // A stay of 20 to 35 minutes, then nobody for a while: each EVSE in its own rhythm.
      const staysS = 1_200 + Math.floor(900 * randomAt(seed + 7, index));
      const gapS = leastGapS + Math.floor(120 * randomAt(seed + 11, index));
      const at = (second + Math.floor(gapS * randomAt(seed + 13, index))) % (staysS + gapS);
      const isTheirs = index < uids.length;
      if (at === gapS && isTheirs) this.cpo.plugIn(id);
      if (at === gapS && !isTheirs) this.world.plugIn(id);
      if (at === 0 && isTheirs) this.cpo.unplug(id);
      if (at === 0 && !isTheirs && this.world.real(id).transactionId !== undefined) this.world.unplug(id);
    });
  }

  /** What flows at the other operator's stations is beside the building, as the meter sees it. */
  #flow(): void {
    const { clock } = this.world;
    const nowMs = clock.monotonicMs();
    let drawn = 0;
    for (const [uid, car] of this.#cars) {
      const allowed = this.cpo.allowedAmps(uid, this.#input.unlimitedAmps);
      const offered = allowed === undefined || allowed < 6 ? 0 : allowed;
      // An empty place draws nothing; a car follows a higher offer at once, and a lower one late.
      if (allowed === undefined) car.offers = [];
      const last = car.offers[0];
      if (last === undefined || last.amps !== offered)
        car.offers = [
          { amps: offered, untilMs: Number.POSITIVE_INFINITY },
          ...car.offers.map((offer, index) =>
            index === 0 ? { ...offer, untilMs: nowMs + followMs } : offer,
          ),
        ];
      car.offers = car.offers.filter(({ untilMs }) => untilMs > nowMs);
      car.drawAmps = allowed === undefined ? 0 : Math.max(...car.offers.map(({ amps }) => amps));
      const wattHours = (car.drawAmps * phaseVolts * 3 * stepMs) / 3_600_000;
      this.cpo.delivered(uid, wattHours);
      this.energy.partnerKwh += wattHours / 1000;
      drawn += car.drawAmps;
    }
    const beside = this.#background(clock.nowMs());
    this.world.setBackground(perPhase((phase) => beside[phase] + drawn));
  }

  #judge(): void {
    const { world } = this;
    const [site] = world.input.sites;
    const [circuit] = site?.circuits ?? [];
    if (site === undefined || circuit === undefined) return;
    const load = world.loadAmps(circuit, site);
    const overAmps = Math.max(...load) - world.limitAmps(circuit);
    if (overAmps > 1e-6 && this.#seconds >= warmUpS) {
      this.over.seconds += stepMs / 1000;
      this.over.worstAmps = Math.max(this.over.worstAmps, overAmps);
    }
    for (const { evse } of world.farSide.stations.flatMap(({ evses }) => evses))
      if (evse.partner === undefined)
        this.energy.ownKwh += (world.real(evse.id).drawAmps * phaseVolts * 3 * stepMs) / 3_600_000_000;
    this.#judgePromise(site);
  }

  /** No ledger can know what somebody lies about: there the meter has to tell. */
  #judgePromise({ evses }: Site): void {
    if (this.#input.moods.includes('lying')) return;
    const { world } = this;
    for (const { id, partner } of evses) {
      if (partner === undefined) continue;
      const allowed = this.cpo.allowedAmps(id, this.#input.unlimitedAmps);
      if (allowed === undefined) continue;
      const counted = world.ledger.exposureAmps(id, world.state.presence(id), world.clock.monotonicMs());
      const beyond = allowed - counted;
      if (beyond <= 0.05) continue;
      this.p1.violations += 1;
      this.p1.worstAmps = Math.max(this.p1.worstAmps, beyond);
    }
  }
}

const placedOf = ({ station, number, maxAmps, partner }: Evse): PlacedEvse => {
  if (partner === undefined) throw new Error('it is ours');
  return { ...partner, stationId: station, evseNumber: number, maxAmps, conductorCount: 3, phaseVolts };
};

const fjord: Partner = {
  ...{ id: 'fjord', addedAtMs: 0, addedBy: 'office' },
  state: {
    kind: 'registered',
    version: '2.2.1',
    ...{ issuedSha256: 'a', versionsUrl: 'https://fjord.example/versions' },
    access: { origin: 'https://fjord.example', token: 'ours', tokenForm: 'base64' },
    roles: [{ role: 'CPO', countryCode: 'DE', partyId: 'CPO', businessDetails: { name: 'Fjord' } }],
    endpoints: [
      { module: 'sessions', role: 'SENDER', url: 'https://fjord.example/sessions' },
      { module: 'chargingprofiles', role: 'RECEIVER', url: 'https://fjord.example/chargingprofiles' },
    ],
  },
};
