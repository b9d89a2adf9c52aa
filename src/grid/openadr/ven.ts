import { backOffMs } from '../../domain/backOff.ts';
import type { OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { GridPorts, GridProgress, GridVerdict, HeardLimit } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import type { ConnectBroker } from './brokerLine.ts';
import type { Codec } from './codec.ts';
import { codecOf, intervalsMax, programSettings, readingOf } from './connectionReading.ts';
import { type BookedEvent, EventBook } from './eventBook.ts';
import { VtnError } from './http.ts';
import type { OpenAdrEvent, Program } from './model.ts';
import { Presence } from './presence.ts';
import { profiles } from './profiles.ts';
import { ProfileWatch } from './profileWatch.ts';
import { Reporter } from './reporter.ts';
import { clientOf, type VtnClient } from './vtnClient.ts';
import { answerWebhook, type WebhookAnswer, type WebhookRequest } from './webhook.ts';

export interface OpenAdrVenOptions {
  readonly connectionId: string;
  readonly config: OpenAdrConfig;
  /** The resources of the config, their places found. */
  readonly resources: readonly OpenAdrResource[];
  /** What its limits count. */
  readonly boundary: HeardLimit['boundary'];
  /** Left away: changes over MQTT are not asked for. */
  readonly connectBroker?: ConnectBroker;
}

/** Longest series of retries at the pace of the poll; and the shortest pause after a failure. */
const failurePause = { firstMs: 5_000, maxMs: 300_000 };
/** A change that was told is confirmed by a look at everything, soon, but not for each of a burst. */
const confirmAfterMs = 2_000;
const noticesMax = 100;
const rawMaxChars = 256 * 1024;

export function startOpenAdrVen(options: OpenAdrVenOptions, ports: GridPorts): OpenAdrVen {
  const ven = new OpenAdrVen(options, ports);
  ven.start();
  return ven;
}

/**
 * One connection to a VTN of OpenADR 3.
 *
 * It looks at all events at the pace of `pollS`; what it is told in between, by webhook or MQTT, it hands on at once and
 * confirms by another look. Only a complete look shows that events were deleted, and only a look says that the VTN is
 * alive.
 */
export class OpenAdrVen {
  readonly #options: OpenAdrVenOptions;
  readonly #ports: GridPorts;
  readonly #codec: Codec;
  readonly #client: VtnClient;
  readonly #book: EventBook;
  readonly #reporter: Reporter;
  readonly #presence: Presence;
  readonly #watch: ProfileWatch;
  readonly #stopProgress: () => void;
  /** Changes are applied one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #noticesWaiting = 0;
  #cancelLook: (() => void) | undefined;
  #isLooking = false;
  #isStopped = false;
  #failures = 0;
  /** The last trouble that was told, so that the next one is told only if it is another. */
  #trouble: string | undefined;
  #isInTouch = false;
  #isClockOff = false;
  #heardKey: string | undefined;

  constructor(options: OpenAdrVenOptions, ports: GridPorts) {
    const { config, connectionId } = options;
    this.#options = options;
    this.#ports = { ...ports, log: ports.log.child({ connectionId, protocol: 'openadr3' }) };
    this.#codec = codecOf(config);
    this.#client = clientOf(config, this.#codec, ports.clock);
    const { clock } = ports;
    this.#watch = new ProfileWatch(config, this.#ports.log);
    this.#book = new EventBook({
      readingOf: (program, programId) => readingOf(config, options, program, programId),
      now: () => ({ wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }),
      eventsMax: config.pagesMax * 50,
    });
    this.#reporter = new Reporter(
      {
        connectionId,
        venName: config.venName,
        resources: options.resources,
        alwaysAcknowledges: profiles[config.profile].alwaysAcknowledges,
        intervalsMax,
        send: async (report) => {
          await this.#client.create('/reports', this.#codec.reportBody(report));
        },
      },
      this.#ports,
    );
    const take = (body: unknown): void => void this.#take(body);
    this.#presence = new Presence(
      { ...options, client: this.#client, codec: this.#codec, take },
      this.#ports,
    );
    this.#stopProgress = ports.onProgress((progress) => this.#progressed(progress));
  }

  start(): void {
    this.#reporter.start(() => this.#book.booked());
    this.#lookIn(0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelLook?.();
    this.#stopProgress();
    this.#reporter.stop();
    this.#presence.stop();
  }

  /** For the HTTP server: whatever comes to the callback address. Never rejects. */
  async webhook(request: WebhookRequest): Promise<WebhookAnswer> {
    const token = this.#options.config.webhook?.bearerToken;
    if (token === undefined || this.#isStopped) return { status: 503, text: 'no webhook is configured' };
    return answerWebhook(request, token, (body) => this.#take(body));
  }

  // --- looking at everything -----------------------------------------------------------------------

  #lookIn(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancelLook?.();
    this.#cancelLook = this.#ports.clock.after(delayMs, () => void this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return;
    this.#isLooking = true;
    try {
      await this.#presence.introduce(this.#failures === 0);
      await this.#look();
      this.#succeeded();
    } catch (error) {
      this.#failed(error);
    }
    this.#isLooking = false;
    this.#lookIn(this.#pauseMs);
  }

  #pauseMs = 0;

  #succeeded(): void {
    const { clock, log, heartbeat, resynchronised, random } = this.#ports;
    const { connectionId, config } = this.#options;
    if (this.#trouble !== undefined) log.info({ failures: this.#failures }, 'VTN is in touch again');
    this.#trouble = undefined;
    this.#failures = 0;
    this.#isClockOff = false;
    heartbeat(connectionId);
    if (!this.#isInTouch) resynchronised(connectionId);
    this.#isInTouch = true;
    // A tenth early or late, so that the VENs of a country do not come together.
    this.#pauseMs = config.pollS * 1_000 * (0.9 + 0.2 * random());
    this.#reporter.check(this.#book.booked(), clock.nowMs());
  }

  #failed(error: unknown): void {
    const { log, random } = this.#ports;
    const code = error instanceof VtnError ? `${error.code} ${error.status ?? ''}` : 'other';
    if (this.#trouble !== code)
      log.warn({ err: error, code }, 'VTN is not in touch: what it said last stays in force');
    this.#trouble = code;
    this.#isInTouch = false;
    this.#heardKey = undefined;
    this.#isClockOff = error instanceof VtnError && error.code === 'clock is off';
    const askedMs = error instanceof VtnError ? (error.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    const pauseMs = backOffMs(failurePause, this.#failures) * (0.75 + 0.5 * random());
    this.#pauseMs = Math.max(Math.min(askedMs, failurePause.maxMs), pauseMs);
  }

  async #look(): Promise<void> {
    const { config } = this.#options;
    const begunAtMs = this.#ports.clock.monotonicMs();
    const programs = await this.#programs();
    await this.#presence.listen(programs);
    const [only, ...others] = config.programs.length > 0 ? programs : [];
    const query: Record<string, string> =
      only !== undefined && others.length === 0 ? { programID: only.id } : {};
    const listed = await this.#client.list('/events', query, config.pagesMax);
    await this.#inTurn(() => this.#applyLook(listed.items, listed.isComplete, listed.pageCount, begunAtMs));
  }

  async #programs(): Promise<readonly Program[]> {
    const { config } = this.#options;
    const { items } = await this.#client.list('/programs', {}, config.pagesMax);
    const programs = items.flatMap((item): readonly Program[] => {
      const read = this.#codec.program(item);
      return read.status === 'read' ? [read.value] : [];
    });
    this.#book.setPrograms(programs);
    const obeyed = programs.filter((each) => programSettings(config, each, each.id) !== undefined);
    this.#watch.programs(obeyed);
    return obeyed;
  }

  async #applyLook(
    items: readonly unknown[],
    isComplete: boolean,
    pageCount: number,
    begunAtMs: number,
  ): Promise<void> {
    const seen = new Set<string>();
    const changed: unknown[] = [];
    for (const item of items) {
      const id = idOf(item);
      if (id !== undefined) seen.add(id);
      if (id !== undefined && this.#book.wasDeletedAfter(id, begunAtMs)) continue;
      if (this.#put(item)) changed.push(item);
    }
    if (!isComplete) this.#ports.log.warn({ events: items.length }, 'VTN has more events than pagesMax');
    if (isComplete) await this.#dropMissing(seen, begunAtMs, pageCount);
    await this.#hearEverything(changed, isComplete);
  }

  /**
   * What a complete look did not show was deleted. Pages can slip while they are turned, so a look of several pages is
   * confirmed for each missing event.
   */
  async #dropMissing(seen: ReadonlySet<string>, begunAtMs: number, pageCount: number): Promise<void> {
    for (const id of this.#book.missingFrom(seen, begunAtMs)) {
      const found = pageCount > 1 ? await this.#client.find(`/events/${id}`) : undefined;
      if (found !== undefined) continue;
      this.#book.remove(id);
      this.#ports.log.info({ eventId: id }, 'OpenADR event deleted');
    }
  }

  async #hearEverything(changed: readonly unknown[], isComplete: boolean): Promise<void> {
    const { connectionId } = this.#options;
    const booked = this.#book.booked();
    const limits = booked.flatMap((each) => each.limits);
    this.#watch.limits(limits);
    this.#ports.hearPrices(
      connectionId,
      booked.flatMap((each) => each.prices),
    );
    const key = JSON.stringify([isComplete, limits]);
    // What changed without changing a limit is for the record alone: Switch's verdict on a delivery.
    if (key === this.#heardKey && changed.length === 0) return;
    const kind = isComplete ? 'everything' : 'update';
    const verdicts = await this.#ports.hear(connectionId, { kind, limits }, rawOf(changed));
    this.#heardKey = key;
    this.#judgedBy(verdicts, booked);
  }

  // --- what is told in between -------------------------------------------------------------------------

  /** Takes in a notification. It is taken only when it is durable, so that the VTN tells it again otherwise. */
  async #take(body: unknown): Promise<'taken' | 'unreadable' | 'later'> {
    const read = this.#codec.notification(body);
    if (read.status === 'unreadable') {
      this.#ports.log.warn({ why: read.why }, 'OpenADR notification dropped');
      return 'unreadable';
    }
    if (this.#isStopped || this.#isClockOff || this.#noticesWaiting >= noticesMax) return 'later';
    this.#noticesWaiting += 1;
    try {
      const notice = read.value;
      if (notice.kind === 'event changed') await this.#inTurn(() => this.#applyChange(notice.event, body));
      if (notice.kind === 'event deleted')
        await this.#inTurn(() => this.#applyDeletion(notice.eventId, body));
      return 'taken';
    } catch (error) {
      this.#ports.log.error({ err: error }, 'OpenADR notification could not be kept');
      return 'later';
    } finally {
      this.#noticesWaiting -= 1;
      if (!this.#isLooking) this.#lookIn(confirmAfterMs);
    }
  }

  async #applyChange(event: OpenAdrEvent, body: unknown): Promise<void> {
    const { connectionId } = this.#options;
    const before = idsOf(this.#book.find(event.id)?.limits);
    if (!this.#putEvent(event)) return;
    const booked = this.#book.find(event.id);
    this.#heardKey = undefined;
    const after = idsOf(booked?.limits);
    if (booked !== undefined && booked.limits.length > 0) {
      const update = { kind: 'update', limits: booked.limits } as const;
      this.#judgedBy(await this.#ports.hear(connectionId, update, rawOf([body])), [booked]);
    }
    await this.#withdraw(
      [...before].filter((id) => !after.has(id)),
      body,
    );
  }

  async #applyDeletion(eventId: string, body: unknown): Promise<void> {
    this.#heardKey = undefined;
    await this.#withdraw(this.#book.remove(eventId), body);
  }

  async #withdraw(externalIds: readonly string[], body: unknown): Promise<void> {
    if (externalIds.length === 0) return;
    await this.#ports.hear(this.#options.connectionId, { kind: 'withdraw', externalIds }, rawOf([body]));
  }

  // --- shared ------------------------------------------------------------------------------------------

  /** True when it changed something. */
  #put(item: unknown): boolean {
    const read = this.#codec.event(item);
    if (read.status === 'read') return this.#putEvent(read.value);
    const eventId = idOf(item);
    this.#ports.log.warn({ eventId, why: read.why }, 'OpenADR event not readable: what it said before stays');
    return false;
  }

  #putEvent(event: OpenAdrEvent): boolean {
    const { log } = this.#ports;
    const result = this.#book.put(event);
    if (result.status === 'refused') {
      log.warn({ eventId: event.id, why: result.why }, 'OpenADR event refused: what it said before stays');
    }
    if (result.status === 'changed') {
      log.info({ eventId: event.id, name: event.name }, 'OpenADR event heard');
      if (result.isTruncated)
        log.warn({ eventId: event.id, intervalsMax }, 'OpenADR event has too many intervals');
      this.#watch.event(event);
    }
    return result.status === 'changed';
  }

  #judgedBy(verdicts: readonly GridVerdict[], booked: readonly BookedEvent[]): void {
    for (const { externalId, outcome, why } of verdicts) {
      if (outcome === 'refused') this.#ports.log.warn({ externalId, why }, 'OpenADR limit refused');
    }
    this.#reporter.acknowledge(verdicts, booked);
  }

  #progressed(progress: GridProgress): void {
    if (progress.connectionId !== this.#options.connectionId) return;
    const booked = this.#book.find(progress.externalId.split('/')[0] ?? '');
    if (booked !== undefined) this.#reporter.progressed(booked);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

const idsOf = (limits: readonly HeardLimit[] | undefined): ReadonlySet<string> =>
  new Set((limits ?? []).map(({ externalId }) => externalId));

function idOf(item: unknown): string | undefined {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** What came over the wire, for evidence, bounded: an operator's calendar of a year is megabytes. */
const rawOf = (bodies: readonly unknown[]): string => JSON.stringify(bodies).slice(0, rawMaxChars);
