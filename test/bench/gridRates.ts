import { pause, wallMs } from './benchStation.ts';
import { quantile } from './figures.ts';
import type { Cost } from './gridFarSide.ts';

/** How a stream of changes was borne. */
export interface Rate {
  readonly stream: string;
  readonly sent: number;
  readonly taken: number;
  readonly takenPerS: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly processorMsPerMessage: number;
  readonly commitsPerMessage: number;
}

const streams = [
  { stream: '100 a second, for 10 s', messages: 1_000, spacingMs: 10, atOnceMax: 64 },
  { stream: 'one after the other', messages: 300, spacingMs: 0, atOnceMax: 1 },
  { stream: '8 at a time', messages: 1_000, spacingMs: 0, atOnceMax: 8 },
];

/** `say` sends one change, another one each time, and tells whether it was taken. */
export async function rates(
  say: (index: number) => Promise<boolean>,
  costOf: (work: () => Promise<void>) => Promise<Cost>,
): Promise<readonly Rate[]> {
  const found: Rate[] = [];
  for (const { stream, messages, spacingMs, atOnceMax } of streams) {
    const durations: number[] = [];
    let taken = 0;
    const one = async (index: number): Promise<void> => {
      const sentAtMs = wallMs();
      if (await say(index)) taken += 1;
      durations.push(wallMs() - sentAtMs);
    };
    const beganAtMs = wallMs();
    const cost = await costOf(async () => {
      const underWay = new Set<Promise<void>>();
      for (let index = 0; index < messages; index += 1) {
        if (spacingMs > 0) await pause(beganAtMs + index * spacingMs - wallMs());
        while (underWay.size >= atOnceMax) await Promise.race(underWay);
        const sent = one(index).finally(() => underWay.delete(sent));
        underWay.add(sent);
      }
      await Promise.all(underWay);
    });
    const tookS = (wallMs() - beganAtMs) / 1000;
    found.push({
      stream,
      sent: messages,
      taken,
      takenPerS: taken / tookS,
      medianMs: quantile(durations, 0.5),
      p99Ms: quantile(durations, 0.99),
      processorMsPerMessage: cost.processorMs / messages,
      commitsPerMessage: cost.commits / messages,
    });
  }
  return found;
}
