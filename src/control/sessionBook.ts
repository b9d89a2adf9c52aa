import type { EvseId, SessionId, StationId } from '../domain/ids.ts';
import { sessionId } from '../domain/ids.ts';
import type { Session } from '../domain/session.ts';
import type { SessionFact, SignedValue } from '../domain/sessionFact.ts';
import {
  recordFrom,
  recordOf,
  type SessionRecord,
  withFact,
  withPresumedEnd,
} from '../domain/sessionRecord.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './ports.ts';

export interface SessionBookPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** undefined for one that is not in the config. */
  evseOf(stationId: StationId, evseNumber: number): EvseId | undefined;
  find(id: SessionId): Promise<SessionRecord | undefined>;
  /** Resolves when it is durable. */
  save(record: SessionRecord): Promise<void>;
  saveSigned(id: SessionId, values: readonly SignedValue[]): void;
}

/** Ended sessions that are kept at hand for what is told of them late. Older ones are read again. */
const endedMax = 1_000;
/** A session that only took more energy is written down this seldom: the next reading of its meter tells all of it. */
const energyEveryMs = 60_000;

interface Entry {
  record: SessionRecord;
  savedAtMs: number;
}

/**
 * The history of all sessions: the one place that writes it. It decides nothing and holds up nobody: control lives on its own
 * view of who charges, while this one waits for what stations tell late.
 */
export class SessionBook {
  readonly #ports: SessionBookPorts;
  readonly #open = new Map<SessionId, Entry>();
  readonly #ended = new Map<SessionId, Entry>();
  /** What is on its way for each station, so that facts are taken one after the other. */
  readonly #busy = new Map<StationId, Promise<void>>();
  readonly #listeners = new Set<(id: SessionId) => void>();

  constructor(ports: SessionBookPorts, open: readonly SessionRecord[]) {
    this.#ports = ports;
    for (const record of open) this.#keep({ record, savedAtMs: ports.clock.monotonicMs() });
  }

  /** Sessions that run, as far as anybody told. */
  open(): readonly SessionRecord[] {
    return [...this.#open.values()].map(({ record }) => record);
  }

  /** What is known now of a session that was told of lately; undefined of an older one. */
  current(id: SessionId): SessionRecord | undefined {
    return (this.#open.get(id) ?? this.#ended.get(id))?.record;
  }

  /** Tells of every session that was written down anew, once it is durable. The returned function ends it. */
  onWritten(listener: (id: SessionId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes what a station told in one message. Resolves when it is durable, where it could not be told again. */
  async take(facts: readonly SessionFact[]): Promise<void> {
    const [first] = facts;
    if (first === undefined) return;
    // The next fact waits for this one, but not for the database to have it.
    const saves: Promise<void>[] = [];
    await this.#inTurn(first.stationId, async () => {
      for (const fact of facts) await this.#takeOne(fact, saves);
    });
    await Promise.all(saves);
  }

  /** What its driver wants, as the control has it. */
  follow(session: Session): void {
    const { id, wantedEnergyWh, departureAtMs, priority, profile } = session;
    const known = this.#open.get(id)?.record.session;
    const isSame =
      known?.wantedEnergyWh === wantedEnergyWh &&
      known?.departureAtMs === departureAtMs &&
      known?.priority === priority &&
      known?.profile === profile;
    if (known !== undefined && isSame) return;
    void this.#inTurn(session.stationId, async () => {
      const entry = await this.#entry(id, true);
      // Without a fact it is one that was simulated, or that an earlier version left behind.
      const record = entry?.record ?? recordFrom(session);
      const wish = { wantedEnergyWh, departureAtMs, priority, profile };
      void this.#put({ ...record, session: { ...record.session, ...wish } }, entry);
    });
  }

  async #takeOne(fact: SessionFact, saves: Promise<void>[]): Promise<void> {
    const id = sessionId(`${fact.stationId}~${fact.transactionId}`);
    const entry = await this.#entry(id, fact.begins === true);
    const record = entry === undefined ? this.#begin(fact) : withFact(entry.record, fact);
    if (record === undefined) return;
    if (fact.signed !== undefined && fact.signed.length > 0) this.#ports.saveSigned(id, fact.signed);
    if (record === entry?.record) return;
    saves.push(this.#put(record, entry));
    if (entry === undefined || fact.begins === true) this.#endOthers(record);
  }

  #begin(fact: SessionFact): SessionRecord | undefined {
    const { stationId, evseNumber, transactionId, ends } = fact;
    const evseId = evseNumber === undefined ? undefined : this.#ports.evseOf(stationId, evseNumber);
    if (evseId === undefined) {
      this.#ports.log.warn(
        { stationId, evseNumber, transactionId },
        'session at an unknown EVSE not recorded',
      );
      return undefined;
    }
    // That it is over is all that anybody presumes of it.
    return ends?.isPresumed === true ? undefined : recordOf(fact, evseId);
  }

  /** Of the sessions at an EVSE only the one that began last can still run. */
  #endOthers({ session: { evseId } }: SessionRecord): void {
    const here = [...this.#open.values()]
      .filter(({ record }) => record.session.evseId === evseId)
      .sort((a, b) => a.record.session.startedAtMs - b.record.session.startedAtMs);
    here.slice(0, -1).forEach((entry, index) => {
      const next = here[index + 1];
      if (next === undefined) return;
      void this.#put(withPresumedEnd(entry.record, next.record.session.startedAtMs, 'superseded'), entry);
    });
  }

  /** Writes at once what cannot be told again, and energy every now and then. */
  #put(record: SessionRecord, before: Entry | undefined): Promise<void> {
    const { clock, log } = this.#ports;
    const nowMs = clock.monotonicMs();
    const isDue =
      before === undefined || isNews(before.record, record) || nowMs - before.savedAtMs >= energyEveryMs;
    this.#keep({ record, savedAtMs: isDue ? nowMs : before.savedAtMs });
    if (before !== undefined && record.marks.length > before.record.marks.length)
      log.info({ sessionId: record.session.id, marks: record.marks }, 'session is marked');
    return isDue ? this.#save(record) : Promise.resolve();
  }

  async #save(record: SessionRecord): Promise<void> {
    await this.#ports.save(record);
    for (const listener of this.#listeners) listener(record.session.id);
  }

  #keep(entry: Entry): void {
    const { id, endedAtMs } = entry.record.session;
    if (endedAtMs === undefined) {
      this.#ended.delete(id);
      this.#open.set(id, entry);
      return;
    }
    this.#open.delete(id);
    this.#ended.delete(id);
    this.#ended.set(id, entry);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > endedMax && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** A database that is away must not keep a session from beginning. */
  async #entry(id: SessionId, isNewWhenUnsure: boolean): Promise<Entry | undefined> {
    const known = this.#open.get(id) ?? this.#ended.get(id);
    if (known !== undefined) return known;
    try {
      const record = await this.#ports.find(id);
      return record && { record, savedAtMs: this.#ports.clock.monotonicMs() };
    } catch (error) {
      if (!isNewWhenUnsure) throw error;
      return undefined;
    }
  }

  #inTurn(stationId: StationId, work: () => Promise<void>): Promise<void> {
    const before = this.#busy.get(stationId) ?? Promise.resolve();
    const done = before.then(work, work);
    // A failure belongs to whoever asked for the work, not to whoever is next.
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    this.#busy.set(stationId, settled);
    void settled.then(() => {
      if (this.#busy.get(stationId) === settled) this.#busy.delete(stationId);
    });
    return done;
  }
}

/** More than energy and the passing of time changed. */
function isNews(before: SessionRecord, after: SessionRecord): boolean {
  const [a, b] = [before.session, after.session];
  return (
    a.state !== b.state ||
    // What is told after the end is told once.
    a.endedAtMs !== undefined ||
    b.endedAtMs !== undefined ||
    a.tokenId !== b.tokenId ||
    a.startedAtMs !== b.startedAtMs ||
    a.wantedEnergyWh !== b.wantedEnergyWh ||
    a.departureAtMs !== b.departureAtMs ||
    a.priority !== b.priority ||
    a.profile !== b.profile ||
    a.hasPriority !== b.hasPriority ||
    before.meterStartWh !== after.meterStartWh ||
    before.marks.join() !== after.marks.join()
  );
}
