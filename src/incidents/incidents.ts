import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';
import type { BundleHeader, IncidentCause } from './bundle.ts';
import { writeBundle } from './bundleFile.ts';
import type { Recorder } from './recorder.ts';

export interface IncidentsOptions {
  readonly folder: string;
  /** Of what the service notices itself; who asks is not counted. */
  readonly perHourMax: number;
  /** The oldest go. */
  readonly filesMax: number;
}

export interface IncidentsPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: Recorder;
  /** What every bundle says of the service. */
  readonly about: Omit<BundleHeader, 'writtenAtMs' | 'cause'>;
}

/** What became of a bundle that was to be written. */
export type IncidentOutcome =
  | { readonly status: 'written'; readonly file: string; readonly bytes: number; readonly atMs: number }
  | { readonly status: 'busy' }
  | { readonly status: 'failed'; readonly why: string };

export interface IncidentCounts {
  readonly written: number;
  /** Not written, because there were too many or another was being written. */
  readonly dropped: number;
  readonly failed: number;
}

export interface Incidents {
  /** Writes a bundle about something that was noticed, unless there are too many. Never throws, never waits. */
  report(cause: IncidentCause): void;
  /** Writes one because somebody asks, unless another is being written. */
  ask(cause: IncidentCause): Promise<IncidentOutcome>;
  counts(): IncidentCounts;
  /** Waits for the one that is being written. May be called twice. */
  stop(): Promise<void>;
}

const hourMs = 3_600_000;
const namePattern = /^incident-[0-9TZ.-]+-[a-z-]+\.jsonl\.gz$/;

export function startIncidents(options: IncidentsOptions, ports: IncidentsPorts): Incidents {
  const { clock, log, recorder, about } = ports;
  const counts = { written: 0, dropped: 0, failed: 0 };
  let reportedAtMs: readonly number[] = [];
  /** At most one at a time: each holds all that is kept. */
  let writing: Promise<IncidentOutcome> | undefined;

  const write = async (cause: IncidentCause): Promise<IncidentOutcome> => {
    const atMs = clock.nowMs();
    const file = join(options.folder, fileName(atMs, cause));
    try {
      // What happens from here on is not in it.
      const lines = recorder.lines();
      await mkdir(options.folder, { recursive: true });
      const bytes = await writeBundle(file, { ...about, writtenAtMs: atMs, cause }, lines);
      await removeOldest(options);
      counts.written += 1;
      log.warn({ file, bytes, cause }, 'incident bundle written');
      return { status: 'written', file, bytes, atMs };
    } catch (error) {
      counts.failed += 1;
      log.error({ err: error, file, cause }, 'incident bundle could not be written');
      return { status: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
  };
  const begin = (cause: IncidentCause): Promise<IncidentOutcome> => {
    writing = write(cause).finally(() => {
      writing = undefined;
    });
    return writing;
  };

  return {
    report(cause) {
      const nowMs = clock.monotonicMs();
      reportedAtMs = reportedAtMs.filter((atMs) => nowMs - atMs < hourMs);
      if (writing !== undefined || reportedAtMs.length >= options.perHourMax) {
        counts.dropped += 1;
        log.warn({ cause }, 'incident noticed, no bundle written');
        return;
      }
      reportedAtMs = [...reportedAtMs, nowMs];
      void begin(cause);
    },
    ask: async (cause) => (writing === undefined ? begin(cause) : { status: 'busy' }),
    counts: () => ({ ...counts }),
    async stop() {
      await writing;
    },
  };
}

const fileName = (atMs: number, { kind }: IncidentCause): string =>
  `incident-${new Date(atMs).toISOString().replaceAll(':', '')}-${kind.replaceAll(' ', '-')}.jsonl.gz`;

/** Names begin with the time, so the oldest come first. */
async function removeOldest({ folder, filesMax }: IncidentsOptions): Promise<void> {
  const names = (await readdir(folder)).filter((name) => namePattern.test(name)).toSorted();
  for (const name of names.slice(0, -filesMax)) await rm(join(folder, name), { force: true });
}
