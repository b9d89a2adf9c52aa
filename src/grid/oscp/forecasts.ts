import type { LimitTarget } from '../../domain/gridLimit.ts';
import type { OscpConfig } from '../../domain/oscpConfig.ts';
import type { HeardLimit, PromptGridPorts } from '../gridPorts.ts';
import { type Capacity, capacities, heardLimit, heldOn, type LimitFrame, replaced } from './forecast.ts';
import {
  type ForecastDocument,
  type GridStates,
  type RecentMessage,
  readForecastDocument,
} from './gridStates.ts';
import {
  type ForecastedBlock,
  type ForecastType,
  type GroupCapacityForecast,
  OscpRefusal,
} from './messages.ts';
import { SegmentBook, type SegmentPlace } from './segments.ts';

/** A group of the capacity provider as it is found here. */
export interface OscpGroup {
  readonly id: string;
  readonly target: LimitTarget;
  /** Nominal, from a line to the star point: turns a power on one phase into a current. */
  readonly phaseVolts: number;
}

export interface ForecastOptions extends Pick<OscpConfig, 'gap' | 'complyWithinS'> {
  readonly connectionId: string;
  readonly boundary: HeardLimit['boundary'];
  readonly groups: readonly OscpGroup[];
}

export interface HeardForecast {
  readonly forecast: GroupCapacityForecast;
  readonly requestId: string;
  readonly correlationId: string | undefined;
  readonly place: SegmentPlace | undefined;
  readonly sha256: string;
  readonly raw: string;
}

/** More than these of one group and type are refused, so that its document stays small. */
const capacitiesMax = 6_000;
/** Requests that a document remembers, so that a replay after a restart is known too. */
const recentMax = 32;

const frames: Readonly<
  Record<ForecastType, Pick<LimitFrame, 'direction' | 'kind'> & { readonly isFallback: boolean }>
> = {
  CONSUMPTION: { direction: 'import', kind: 'cap', isFallback: false },
  GENERATION: { direction: 'export', kind: 'cap', isFallback: false },
  FALLBACK_CONSUMPTION: { direction: 'import', kind: 'cap', isFallback: true },
  FALLBACK_GENERATION: { direction: 'export', kind: 'cap', isFallback: true },
  OPTIMUM: { direction: 'import', kind: 'target', isFallback: false },
};

interface Timeline {
  readonly group: OscpGroup;
  readonly type: ForecastType;
  readonly parts: SegmentBook<ForecastedBlock>;
  document: ForecastDocument;
  /** Something could not be kept: what the service holds differs from the document. */
  isAstray: boolean;
}

/** What came of a message: what of it is new, on its way to the disk, or why it was refused. */
interface Told {
  readonly changed: readonly string[];
  readonly writes: readonly Promise<void>[];
  readonly refused?: string;
}

/** What the capacity provider said about every group, told on to the service as limits. */
export class GroupForecasts {
  readonly #options: ForecastOptions;
  readonly #ports: PromptGridPorts;
  readonly #states: GridStates;
  readonly #timelines = new Map<string, Timeline>();

  constructor(options: ForecastOptions, ports: PromptGridPorts, states: GridStates) {
    this.#options = options;
    this.#ports = ports;
    this.#states = states;
    for (const group of options.groups) {
      for (const type of Object.keys(frames) as ForecastType[]) {
        const document = { version: 0, capacities: [], recent: [] };
        const timeline = {
          group,
          type,
          parts: new SegmentBook<ForecastedBlock>(),
          document,
          isAstray: false,
        };
        this.#timelines.set(nameOf(group.id, type), timeline);
      }
    }
  }

  /** Takes up what an earlier process stored. */
  adopt(documents: ReadonlyMap<string, unknown>): void {
    for (const [name, timeline] of this.#timelines) {
      const document = documents.get(documentName(name));
      if (document !== undefined) timeline.document = readForecastDocument(document, name);
    }
  }

  /** Whether the provider ever said anything about any group. */
  get hasAny(): boolean {
    return [...this.#timelines.values()].some(({ document }) => document.version > 0);
  }

  /** What was heard shortly before the restart. */
  recent(): readonly RecentMessage[] {
    return [...this.#timelines.values()].flatMap(({ document }) => document.recent);
  }

  /**
   * Puts a forecast, or one part of it, in force. What is returned resolves when it is durable; the next one may be heard
   * before. A part is in force at once: what it says stands whether the other parts arrive or not.
   */
  hear(heard: HeardForecast): Promise<void> {
    const { forecast } = heard;
    const name = nameOf(forecast.group_id, forecast.type);
    const timeline = this.#timelines.get(name);
    if (timeline === undefined) throw new OscpRefusal(404, `there is no group "${forecast.group_id}" here`);
    const { clock } = this.#ports;
    const blocks = this.#blocks(timeline, heard);
    const newer = capacities(blocks, { requestId: heard.requestId, phaseVolts: timeline.group.phaseVolts });
    const now = timeline.document;
    const next: ForecastDocument = {
      version: Math.max(Math.round(clock.nowMs()), now.version + 1),
      capacities: replaced(now.capacities, newer, clock.nowMs()),
      recent: [...now.recent, { requestId: heard.requestId, sha256: heard.sha256 }].slice(-recentMax),
    };
    if (next.capacities.length > capacitiesMax) {
      throw new OscpRefusal(400, `/forecasted_blocks more than ${capacitiesMax} of this group and type`);
    }
    const told = this.#told(timeline, next, heard.raw);
    if (told.refused === undefined) timeline.document = next;
    return this.#kept(timeline, name, told);
  }

  #told(timeline: Timeline, next: ForecastDocument, raw: string): Told {
    try {
      return this.#tell(timeline, next, raw);
    } catch (error) {
      timeline.isAstray = true;
      throw error;
    }
  }

  async #kept(timeline: Timeline, name: string, { changed, writes, refused }: Told): Promise<void> {
    const { connectionId } = this.#options;
    try {
      // After the limits: if we end in between, the sender was not answered and says it again.
      const document = this.#states.saveGridState(connectionId, documentName(name), timeline.document);
      await Promise.all([...writes, document]);
    } catch (error) {
      timeline.isAstray = true;
      throw error;
    }
    if (refused !== undefined) throw new OscpRefusal(400, refused);
    this.#ports.acknowledged(connectionId, changed, this.#ports.clock.nowMs());
  }

  /** The capacity behind a limit of ours; undefined when it is gone. */
  capacityBehind(externalId: string): { readonly group: OscpGroup; readonly capacity: Capacity } | undefined {
    for (const [name, timeline] of this.#timelines) {
      if (!externalId.startsWith(`${name}/`)) continue;
      const { group, document } = timeline;
      const found = document.capacities.find((capacity) =>
        this.#limits(timeline, { ...document, capacities: [capacity] }).some(
          (limit) => limit.externalId === externalId,
        ),
      );
      if (found !== undefined) return { group, capacity: found };
    }
    return undefined;
  }

  /** The import capacities of a group that are not over. */
  consumption(groupId: string): readonly Capacity[] {
    return this.#timelines.get(nameOf(groupId, 'CONSUMPTION'))?.document.capacities ?? [];
  }

  #blocks(timeline: Timeline, heard: HeardForecast): readonly ForecastedBlock[] {
    const items = heard.forecast.forecasted_blocks;
    if (heard.place === undefined) {
      timeline.parts.forget();
      return items;
    }
    const { requestId, correlationId } = heard;
    const part = { ...heard.place, requestId, correlationId, items };
    return timeline.parts.add(part, this.#ports.clock.monotonicMs());
  }

  /** Tells the service what differs from before. */
  #tell(timeline: Timeline, next: ForecastDocument, raw: string): Told {
    const { connectionId } = this.#options;
    const before = new Map(
      this.#limits(timeline, timeline.document).map((limit) => [limit.externalId, limit]),
    );
    const after = this.#limits(timeline, next);
    const changed = timeline.isAstray
      ? after
      : after.filter((limit) => !isSame(limit, before.get(limit.externalId)));
    const writes: Promise<void>[] = [];
    if (changed.length > 0) {
      const { verdicts, kept } = this.#ports.hearNow(connectionId, { kind: 'update', limits: changed }, raw);
      writes.push(kept);
      const refused = verdicts.find(({ outcome }) => outcome === 'refused');
      if (refused !== undefined) {
        writes.push(...this.#takeBack(changed, before, raw));
        return { changed: [], writes, refused: refused.why ?? 'the capacity was refused' };
      }
    }
    timeline.isAstray = false;
    const kept = new Set(after.map(({ externalId }) => externalId));
    const gone = [...before.values()].filter(
      ({ externalId, untilMs }) =>
        !kept.has(externalId) && (untilMs === undefined || untilMs > this.#ports.clock.nowMs()),
    );
    const externalIds = gone.map(({ externalId }) => externalId);
    if (gone.length > 0)
      writes.push(this.#ports.hearNow(connectionId, { kind: 'withdraw', externalIds }, raw).kept);
    return { changed: changed.map(({ externalId }) => externalId), writes };
  }

  /** A message is taken as a whole: what of a refused one was accepted becomes what it was before. */
  #takeBack(
    changed: readonly HeardLimit[],
    before: ReadonlyMap<string, HeardLimit>,
    raw: string,
  ): readonly Promise<void>[] {
    const { connectionId } = this.#options;
    const limits = changed.flatMap(({ externalId, version }) => {
      const earlier = before.get(externalId);
      return earlier === undefined ? [] : [{ ...earlier, version }];
    });
    const externalIds = changed.flatMap(({ externalId }) => (before.has(externalId) ? [] : [externalId]));
    const changes = [
      ...(limits.length > 0 ? [{ kind: 'update' as const, limits }] : []),
      ...(externalIds.length > 0 ? [{ kind: 'withdraw' as const, externalIds }] : []),
    ];
    return changes.map((change) => this.#ports.hearNow(connectionId, change, raw).kept);
  }

  #limits({ group, type }: Timeline, document: ForecastDocument): readonly HeardLimit[] {
    const { gap, boundary, complyWithinS } = this.#options;
    const { isFallback, ...framed } = frames[type];
    const name = nameOf(group.id, type);
    const { version } = document;
    const frame: LimitFrame = {
      ...framed,
      target: group.target,
      boundary,
      role: isFallback ? 'failsafe' : 'event',
      complyWithinS,
      reason: `OSCP ${type} of group ${group.id}`,
    };
    const isHeld = gap === 'hold-last' && !isFallback;
    const spans = isHeld ? heldOn(document.capacities) : document.capacities;
    const limits = spans.map((span) => heardLimit(span, frame, { name, version }));
    if (!isFallback || gap !== 'fallback') return limits;
    // No block over a moment: the same capacity as without the provider.
    const gapFrame: LimitFrame = { ...frame, role: 'default' };
    const gaps = spans.map((span) => heardLimit(span, gapFrame, { name: `${name}/gap`, version }));
    return [...limits, ...gaps];
  }
}

const nameOf = (groupId: string, type: ForecastType): string => `${groupId}/${type}`;
const documentName = (name: string): string => `forecast ${name}`;

const isSame = (limit: HeardLimit, earlier: HeardLimit | undefined): boolean =>
  earlier !== undefined &&
  JSON.stringify({ ...limit, version: 0 }) === JSON.stringify({ ...earlier, version: 0 });
