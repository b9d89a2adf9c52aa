import { followMs, leaseSlackMs } from '../../src/app/options.ts';
import { ExposureLedger } from '../../src/control/exposure.ts';
import type { RememberedExposure } from '../../src/control/inherited.ts';
import { SiteState } from '../../src/control/siteState.ts';
import type { StationRecord } from '../../src/control/stationRecord.ts';
import type { DeviceRecord } from '../../src/domain/deviceRecord.ts';
import { type EvseId, stationId } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/session.ts';
import type { Site } from '../../src/domain/site.ts';
import type { EvseMeasurement, EvseStatus, StationEvent } from '../../src/domain/stationEvent.ts';
import { createLogger } from '../../src/log.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenSite } from './givenSite.ts';
import { leaseMs } from './world.ts';

type News = StationEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'stationId' | 'atMs'>
    : never
  : never;

/** A site state on a clock of its own, with all that came out of it. Nothing drives it but the test. */
export class GivenState {
  readonly clock = new VirtualClock();
  readonly ledger: ExposureLedger;
  readonly state: SiteState;
  readonly site: Site;
  /** How often it woke the loop. */
  drops = 0;
  readonly sessions: Session[] = [];
  readonly stations: StationRecord[] = [];
  readonly devices: DeviceRecord[] = [];
  readonly standing: { readonly evseId: EvseId; readonly amps: number }[] = [];
  #sequence = 0;

  constructor(site = givenSite(), remembered: readonly RememberedExposure[] = []) {
    this.site = site;
    this.ledger = new ExposureLedger({
      evses: site.evses,
      remembered,
      options: { followMs, leaseSlackMs },
      leaseMs,
      nowMs: this.clock.monotonicMs(),
    });
    this.state = new SiteState(
      [site],
      {
        clock: this.clock,
        log: createLogger('silent'),
        ledger: this.ledger,
        onDrop: () => {
          this.drops += 1;
        },
        onSession: (session) => this.sessions.push(session),
        onInterrupted: () => {},
        onStation: (station) => this.stations.push(station),
        onDevice: (_id, device) => this.devices.push(device),
        onStanding: (evseId, amps) => this.standing.push({ evseId, amps }),
      },
      { followMs, retryMs: 10_000 },
    );
  }

  tell(news: News, station = 'CP-A1'): this {
    this.state.applyStationEvent({ ...news, stationId: stationId(station), atMs: this.clock.nowMs() });
    return this;
  }

  connect(status: EvseStatus = 'available', station = 'CP-A1'): this {
    this.tell({ kind: 'connected', protocol: 'ocpp1.6' }, station);
    return this.tell({ kind: 'evse status', evseNumber: 1, status, fault: undefined }, station);
  }

  begin(transactionId = 'T1'): this {
    const startedAtMs = this.clock.nowMs();
    return this.tell({
      kind: 'session started',
      evseNumber: 1,
      transactionId,
      tokenId: undefined,
      startedAtMs,
    });
  }

  measure(amps: number, change: Partial<EvseMeasurement> = {}): this {
    return this.tell({
      kind: 'measured',
      evseNumber: 1,
      transactionId: 'T1',
      takenAtMs: this.clock.nowMs(),
      amps: [amps, amps, amps],
      isPerPhase: true,
      powerWatts: undefined,
      energyWh: undefined,
      offeredAmps: undefined,
      stateOfChargePercent: undefined,
      ...change,
    });
  }

  /** Sends a setpoint to the first EVSE and lets its station answer. */
  set(setpointAmps: number, outcome: 'accepted' | 'rejected' | 'timed-out' | 'unsent' = 'accepted'): this {
    const command = this.#address();
    this.ledger.sent({ ...command, kind: 'lease', transactionId: 'T1', setpointAmps, tailAmps: 6, leaseMs });
    return this.#answer(outcome);
  }

  setStanding(amps: number, outcome: 'accepted' | 'rejected' | 'timed-out' = 'accepted'): this {
    this.ledger.sent({ ...this.#address(), kind: 'standing', amps });
    return this.#answer(outcome);
  }

  get record() {
    return this.state.evse(this.#first.id);
  }

  get #first() {
    const [first] = this.site.evses;
    if (first === undefined) throw new Error('the site has an EVSE');
    return first;
  }

  #address() {
    this.#sequence += 1;
    const nowMs = this.clock.monotonicMs();
    return {
      siteId: this.site.id,
      stationId: this.#first.station,
      evseId: this.#first.id,
      evseNumber: 1,
      epoch: 1,
      sequence: this.#sequence,
      sentAtMs: nowMs,
      expiresAtMs: nowMs + 10_000,
      schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' },
    } as const;
  }

  #answer(outcome: 'accepted' | 'rejected' | 'timed-out' | 'unsent'): this {
    this.state.applyAnswer({
      stationId: this.#first.station,
      evseId: this.#first.id,
      epoch: 1,
      sequence: this.#sequence,
      atMs: this.clock.nowMs(),
      outcome,
      reason: outcome,
    });
    return this;
  }
}
