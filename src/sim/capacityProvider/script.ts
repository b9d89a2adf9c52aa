import type { Clock } from '../../control/ports.ts';
import type { CapacityProvider, Forecast, SentMessage } from './capacityProvider.ts';

/** What can go wrong with a forecast on the side of its sender or on the way. */
export type ForecastFault =
  /** The same message twice, as after a lost answer. */
  | 'duplicated'
  /** A second message at once that says twice as much. */
  | 'contradictory'
  /** It arrives when its blocks are over. */
  | 'late'
  /** In segments, the last one first. */
  | 'out of order'
  | 'wrong token';

/** One thing the provider does, so long after the one before. */
export type ScriptStep = { readonly afterMs: number } & (
  | { readonly kind: 'handshake' }
  | { readonly kind: 'heartbeat'; readonly forMs: number }
  | { readonly kind: 'forecast'; readonly forecast: Forecast; readonly fault?: ForecastFault }
  /** It neither sends nor answers. */
  | { readonly kind: 'silence'; readonly durationMs: number }
);

const segmentCount = 3;

/** Plays the steps one after the other. Resolves to the answers it got. */
export async function play(
  provider: CapacityProvider,
  script: readonly ScriptStep[],
  clock: Clock,
): Promise<readonly SentMessage[]> {
  const answers: SentMessage[] = [];
  for (const step of script) {
    await pause(clock, step.afterMs);
    answers.push(...(await played(provider, step, clock)));
  }
  return answers;
}

async function played(
  provider: CapacityProvider,
  step: ScriptStep,
  clock: Clock,
): Promise<readonly SentMessage[]> {
  switch (step.kind) {
    case 'handshake':
      return [await provider.handshake()];
    case 'heartbeat':
      return [await provider.heartbeat(step.forMs)];
    case 'forecast':
      return sendFaulty(provider, step.forecast, step.fault);
    case 'silence':
      provider.isSilent = true;
      await pause(clock, step.durationMs);
      provider.isSilent = false;
      return [];
    default:
      return step satisfies never;
  }
}

/** A forecast with one fault; undefined sends it as it is. */
export async function sendFaulty(
  provider: CapacityProvider,
  forecast: Forecast,
  fault: ForecastFault | undefined,
): Promise<readonly SentMessage[]> {
  const first = (): Promise<SentMessage> => provider.forecast(forecast);
  switch (fault) {
    case undefined:
      return [await first()];
    case 'duplicated': {
      const sent = await first();
      return [sent, await provider.forecast(forecast, { headers: sent.headers })];
    }
    case 'contradictory':
      return [await first(), await provider.forecast(doubled(forecast))];
    case 'late':
      return [await provider.forecast(shifted(forecast, pastMs(provider, forecast)))];
    case 'out of order': {
      const answers: SentMessage[] = [];
      for (const { body, headers } of [...provider.segments(forecast, segmentCount)].reverse()) {
        answers.push(await provider.forecast(body, { headers }));
      }
      return answers;
    }
    case 'wrong token':
      return [
        await provider.forecast(forecast, { headers: { authorization: 'Token nobody-knows-this-one' } }),
      ];
    default:
      return fault satisfies never;
  }
}

const doubled = (forecast: Forecast): Forecast => ({
  ...forecast,
  forecasted_blocks: forecast.forecasted_blocks.map((block) => ({
    ...block,
    capacity: 2 * Number(block.capacity),
  })),
});

const shifted = (forecast: Forecast, byMs: number): Forecast => {
  const moved = (time: string): string => new Date(Date.parse(time) + byMs).toISOString();
  return {
    ...forecast,
    forecasted_blocks: forecast.forecasted_blocks.map((block) => ({
      ...block,
      start_time: moved(block.start_time),
      end_time: moved(block.end_time),
    })),
  };
};

/** How far back its last block has to go to be over. */
function pastMs(provider: CapacityProvider, { forecasted_blocks: blocks }: Forecast): number {
  const endMs = Math.max(...blocks.map(({ end_time }) => Date.parse(end_time)));
  return provider.nowMs() - endMs - 1_000;
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve));
