import type { SwitchReadingsConfig } from '../../domain/switchReadingsConfig.ts';
import type { GridMeasurement, GridPorts, HeardLimit } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import { VtnError } from './http.ts';
import type { VtnClient } from './vtnClient.ts';

export interface SwitchReadingsOptions {
  readonly connectionId: string;
  readonly config: SwitchReadingsConfig;
  readonly resources: readonly OpenAdrResource[];
  /** What the limits of the connection count is what is told. */
  readonly boundary: HeardLimit['boundary'];
  /** Of the API of Switch. */
  readonly client: Pick<VtnClient, 'create'>;
}

/** The mean power of one minute at one register. `timestamp` is its beginning. */
interface Value {
  readonly timestamp: string;
  readonly periodTo: string;
  readonly value: number;
}

type Register = SwitchReadingsConfig['registers'][number];

/** One register, what was read of it at the last full minute, and what still has to be told. */
interface Line {
  readonly register: Register;
  readonly resource: OpenAdrResource;
  begun: { readonly atMs: number; readonly monotonicMs: number; readonly wh: number } | undefined;
  waiting: readonly (Value & { readonly untilMs: number })[];
}

const minuteMs = 60_000;
/** A minute that is this much off was not whole: the clock was set, or the process stood still. */
const slackMs = 1_000;
/** [Switch, guide for conditional agreements] A reading that comes later than this is not counted. */
const lateMaxMs = 15 * minuteMs;
const sampleMs = 10_000;

/**
 * Tells Switch the mean active power of every whole minute, which it judges a curtailment by. One request a minute
 * holds all registers: 20 are allowed. What no meter told is left out, never told as zero.
 */
export function startSwitchReadings(options: SwitchReadingsOptions, ports: GridPorts): { stop(): void } {
  const { clock } = ports;
  const log = ports.log.child({ connectionId: options.connectionId, protocol: 'switch readings' });
  const lines = linesOf(options);
  let quietUntilMs = 0;
  let trouble: string | undefined;
  let cancel = (): void => {};
  let isSending = false;

  const send = async (): Promise<void> => {
    if (isSending || clock.monotonicMs() < quietUntilMs) return;
    isSending = true;
    try {
      await told(lines, options.client);
      if (trouble !== undefined) log.info('readings are taken again');
      trouble = undefined;
    } catch (error) {
      const now = error instanceof VtnError ? `${error.code} ${error.status ?? ''}` : 'other';
      if (now !== trouble) log.warn({ err: error }, 'readings were not taken: they wait for 15 minutes');
      trouble = now;
      const askedMs = error instanceof VtnError ? (error.retryAfterMs ?? 0) : 0;
      quietUntilMs = clock.monotonicMs() + Math.min(askedMs, lateMaxMs);
    } finally {
      isSending = false;
    }
  };
  const look = (): void => {
    const nowMs = clock.nowMs();
    for (const line of lines) read(line, ports.measurement(line.resource.target), options, ports);
    if (nowMs % minuteMs < slackMs && lines.some(({ waiting }) => waiting.length > 0)) void send();
    cancel = clock.after(sampleMs - (nowMs % sampleMs), look);
  };
  look();
  return { stop: () => cancel() };
}

const linesOf = ({ config, resources }: SwitchReadingsOptions): readonly Line[] =>
  config.registers.flatMap((register): readonly Line[] => {
    const resource = resources.find(({ name, targets }) => [name, ...targets].includes(register.resource));
    return resource === undefined ? [] : [{ register, resource, begun: undefined, waiting: [] }];
  });

/** At a full minute the one before is complete; in between only whether the meter still tells. */
function read(
  line: Line,
  { energyWh, carEnergyWh, quality }: GridMeasurement,
  { boundary }: SwitchReadingsOptions,
  { clock }: GridPorts,
): void {
  const nowMs = clock.nowMs();
  const monotonicMs = clock.monotonicMs();
  const wh = boundary === 'controllable' ? carEnergyWh : energyWh;
  const isTold = wh !== undefined && (quality === 'measured' || boundary === 'controllable');
  if (!isTold) line.begun = undefined;
  const sinceMs = nowMs % minuteMs;
  if (!isTold || sinceMs >= slackMs) return;
  const { begun } = line;
  const atMs = nowMs - sinceMs;
  line.begun = { atMs, monotonicMs, wh };
  const tookMs = begun === undefined ? 0 : monotonicMs - begun.monotonicMs;
  if (begun === undefined || atMs - begun.atMs !== minuteMs || Math.abs(tookMs - minuteMs) > slackMs) return;
  const watts = (Math.max(0, wh - begun.wh) * 3_600_000) / tookMs;
  const value = line.register.unit === 'KW' ? Math.round(watts) / 1_000 : Math.round(watts);
  const [timestamp, periodTo] = [begun.atMs, atMs].map((each) => new Date(each).toISOString());
  if (timestamp === undefined || periodTo === undefined) return;
  const kept = line.waiting.filter(({ untilMs }) => atMs - untilMs < lateMaxMs);
  line.waiting = [...kept, { timestamp, periodTo, value, untilMs: atMs }];
}

/** Sends what waits. What Switch finds wrong would be wrong again, so it is not kept. Throws a VtnError. */
async function told(lines: readonly Line[], client: SwitchReadingsOptions['client']): Promise<void> {
  const batches = lines.map((line) => ({ line, values: line.waiting }));
  const done = (): void => {
    for (const { line, values } of batches) {
      line.waiting = line.waiting.filter((each) => !values.includes(each));
    }
  };
  try {
    await client.create('/api/readings', readingsBody(batches));
  } catch (error) {
    if (error instanceof VtnError && error.status === 400) done();
    throw error;
  }
  done();
}

/** [Switch API, Save readings] */
function readingsBody(batches: readonly { readonly line: Line; readonly values: Line['waiting'] }[]): object {
  const meters = new Map<string, object[]>();
  for (const { line, values } of batches) {
    if (values.length === 0) continue;
    const { meter, register } = line.register;
    const told = values.map(({ timestamp, periodTo, value }): Value => ({ timestamp, periodTo, value }));
    meters.set(meter, [...(meters.get(meter) ?? []), { id: register, values: told }]);
  }
  return { meters: [...meters].map(([id, registers]) => ({ id, registers })) };
}
