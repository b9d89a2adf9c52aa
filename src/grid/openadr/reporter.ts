import type { GridPorts, GridVerdict } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import type { BookedEvent } from './eventBook.ts';
import { MeasurementLog } from './measurementLog.ts';
import type { Report } from './model.ts';
import {
  acknowledgement,
  acknowledgementReport,
  isReportType,
  measuredReport,
  type ResourceMeasured,
} from './reportContent.ts';
import { ReportQueue } from './reportQueue.ts';
import { dueReport } from './reportTimes.ts';

export interface ReporterOptions {
  readonly connectionId: string;
  readonly venName: string;
  readonly resources: readonly OpenAdrResource[];
  readonly alwaysAcknowledges: boolean;
  readonly intervalsMax: number;
  /** Resolves when the VTN has it. Throws a VtnError. */
  readonly send: (report: Report) => Promise<void>;
}

const sampleMs = 10_000;
/** A look at all descriptors at each third sample. */
const samplesPerCheck = 3;
const acknowledgedMax = 10_000;

/** Tells the VTN what it asked for: that limits were heard, and what was measured. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #ports: GridPorts;
  readonly #queue: ReportQueue;
  readonly #logs: ReadonlyMap<string, MeasurementLog>;
  /** The newest version of each event that was acknowledged. */
  readonly #acknowledged = new Map<string, number>();
  /** When the newest report of each descriptor that was queued was due. */
  #reportedMs = new Map<string, number>();
  #cancelSample: (() => void) | undefined;

  constructor(options: ReporterOptions, ports: GridPorts) {
    this.#options = options;
    this.#ports = ports;
    const { clock, log } = ports;
    this.#queue = new ReportQueue({ clock, log });
    this.#logs = new Map(options.resources.map(({ name }) => [name, new MeasurementLog(clock)]));
  }

  /** Measures, and looks at times what is due, until it is stopped. */
  start(booked: () => readonly BookedEvent[]): void {
    let samples = 0;
    const sample = (): void => {
      for (const { name, target } of this.#options.resources) {
        this.#logs.get(name)?.add(this.#ports.measurement(target));
      }
      samples += 1;
      if (samples % samplesPerCheck === 0) this.check(booked(), this.#ports.clock.nowMs());
      this.#cancelSample = this.#ports.clock.after(sampleMs, sample);
    };
    this.#cancelSample = this.#ports.clock.after(0, sample);
  }

  stop(): void {
    this.#cancelSample?.();
    this.#queue.stop();
  }

  /** Acknowledges events whose limits are all durable now, each version once. */
  acknowledge(verdicts: readonly GridVerdict[], booked: readonly BookedEvent[]): void {
    const outcomes = new Map(verdicts.map(({ externalId, outcome }) => [externalId, outcome]));
    for (const { event, limits, resources } of booked) {
      const wanted = event.reportDescriptors.some(({ payloadType }) => payloadType === acknowledgement);
      if (!(wanted || this.#options.alwaysAcknowledges) || limits.length === 0) continue;
      const isDurable = limits.every(({ externalId }) =>
        ['accepted', 'unchanged'].includes(outcomes.get(externalId) ?? 'unknown'),
      );
      const version = Math.max(...limits.map((each) => each.version ?? 0));
      if (!isDurable || this.#acknowledged.get(event.id) === version) continue;
      this.#remember(event.id, version);
      const externalIds = limits.map(({ externalId }) => externalId);
      const report = acknowledgementReport(this.#input(event), resources);
      this.#queue.add({
        key: `${acknowledgement} ${event.id} ${version}`,
        isUrgent: true,
        send: () => this.#options.send(report),
        sent: (atMs) => this.#ports.acknowledged(this.#options.connectionId, externalIds, atMs),
      });
    }
  }

  /** Queues the reports that have come due. */
  check(booked: readonly BookedEvent[], nowMs: number): void {
    const kept = new Map<string, number>();
    for (const each of booked) {
      for (const [index, descriptor] of each.event.reportDescriptors.entries()) {
        const key = `${each.event.id} ${index}`;
        const reportedMs = this.#reportedMs.get(key) ?? Number.NEGATIVE_INFINITY;
        const { venName, intervalsMax } = this.#options;
        const due = isReportType(descriptor.payloadType)
          ? dueReport(
              descriptor,
              { event: each.event, heardAtMs: each.heardAtMs, venName, intervalsMax },
              nowMs,
            )
          : undefined;
        if (due !== undefined && due.dueMs > reportedMs) this.#queueMeasured(each, index, due);
        kept.set(key, Math.max(due?.dueMs ?? reportedMs, reportedMs));
      }
    }
    this.#reportedMs = kept;
  }

  /** Something happened to a limit of the event: reports "at any time" are due, at most one a minute. */
  progressed(booked: BookedEvent): void {
    const nowMs = this.#ports.clock.nowMs();
    const minuteMs = Math.floor(nowMs / 60_000) * 60_000;
    const interval = {
      index: 0,
      id: 0,
      cycle: 0,
      fromMs: minuteMs,
      untilMs: minuteMs + 60_000,
      payloads: [],
    };
    for (const [index, { frequency }] of booked.event.reportDescriptors.entries()) {
      if (frequency === 0) this.#queueMeasured(booked, index, { dueMs: minuteMs, intervals: [interval] });
    }
  }

  #queueMeasured(
    { event, resources }: BookedEvent,
    index: number,
    due: NonNullable<ReturnType<typeof dueReport>>,
  ): void {
    const descriptor = event.reportDescriptors[index];
    if (descriptor === undefined || !isReportType(descriptor.payloadType)) return;
    const { payloadType: type } = descriptor;
    const measured = resources.map((each) => this.#measured(each));
    const report = measuredReport({ ...this.#input(event), descriptor, type, measured, ...due });
    const key = `${type} ${event.id} ${index} ${due.dueMs}`;
    this.#queue.add({ key, isUrgent: false, send: () => this.#options.send(report), sent: () => {} });
  }

  #measured(resource: OpenAdrResource): ResourceMeasured {
    const log = this.#logs.get(resource.name);
    return {
      resource,
      now: this.#ports.measurement(resource.target),
      over: (fromMs, untilMs) => log?.over(fromMs, untilMs) ?? nothingMeasured,
    };
  }

  #input(event: BookedEvent['event']) {
    return { event, clientName: this.#options.venName, nowMs: this.#ports.clock.nowMs() };
  }

  #remember(eventId: string, version: number): void {
    this.#acknowledged.delete(eventId);
    this.#acknowledged.set(eventId, version);
    const [oldest] = this.#acknowledged.keys();
    if (this.#acknowledged.size > acknowledgedMax && oldest !== undefined) this.#acknowledged.delete(oldest);
  }
}

const nothingMeasured = {
  meanWatts: undefined,
  peakWatts: undefined,
  energyWh: undefined,
  quality: 'missing',
} as const;
