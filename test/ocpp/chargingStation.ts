import { eventually } from '../eventually.ts';
import { connectRaw, type RawStation, type RawStationOptions } from './sockets.ts';

type Answer = object | ((payload: Record<string, unknown>) => object);

/** A station that answers every call as it is told to, and remembers them. */
export interface ChargingStation extends RawStation {
  /** Payloads of the calls of one action, oldest first. */
  calls(action: string): readonly Record<string, unknown>[];
  /** Waits for so many calls of an action and gives the last. */
  answeredCall(action: string, count?: number): Promise<Record<string, unknown>>;
}

export async function connectCharging(
  options: RawStationOptions,
  answers: Readonly<Record<string, Answer>> = {},
): Promise<ChargingStation> {
  const station = await connectRaw(options);
  const calls: { readonly action: string; readonly payload: Record<string, unknown> }[] = [];
  const take = (frame: unknown): void => {
    if (!Array.isArray(frame) || frame[0] !== 2) return;
    const [, messageId, action, payload] = frame;
    calls.push({ action, payload });
    const answer = answers[action] ?? { status: 'Accepted' };
    const body = typeof answer === 'function' ? answer(payload) : answer;
    station.send(JSON.stringify([3, messageId, body]));
  };
  for (const frame of station.received) take(frame);
  station.socket.on('message', (data) => take(JSON.parse(data.toString())));
  const of = (action: string) => calls.filter((each) => each.action === action).map(({ payload }) => payload);
  return {
    ...station,
    calls: of,
    answeredCall: (action, count = 1) =>
      eventually(() => {
        const found = of(action)[count - 1];
        if (found === undefined) throw new Error(`${action} has not come ${count} times yet`);
        return found;
      }),
  };
}
