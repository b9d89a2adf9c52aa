import { describe, expect, it } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import { createLogger } from '../../../src/log.ts';
import { KeptMessages } from '../../../src/ocpp/proxy/keptMessages.ts';

const store = {
  keptMessages: async () => [],
  keepMessage: async () => undefined,
  dropMessage: async () => undefined,
};
const message = (action: string, index: number) => ({
  messageId: String(index),
  action,
  payload: {},
  transactionNumber: undefined,
});

describe('messages that are kept for a CSMS that is away', () => {
  it('are bounded: meter values are dropped first, and then the station has to keep its own', async () => {
    const kept = new KeptMessages(stationId('CP-A1'), store, createLogger('silent'));
    for (let index = 0; index < 900; index += 1) await kept.add(message('MeterValues', index));
    let count = 0;
    for (let index = 0; index < 200; index += 1) await kept.add(message('StartTransaction', index));
    await expect(kept.add(message('StopTransaction', 1))).rejects.toThrow('try again later');
    for (let first = kept.first; first !== undefined; first = kept.first) {
      await kept.drop(first);
      count += 1;
    }
    expect(count).toBe(1_000);
    await kept.add(message('StopTransaction', 1));
  });
});
