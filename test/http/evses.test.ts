import { describe, expect, it } from 'vitest';
import { as, givenApi } from './givenApi.ts';

const get = async (evse: string, keyName: string) =>
  (await givenApi()).inject({ url: `/api/v1/evses/${evse}/explanation`, headers: as(keyName) });

describe('GET /evses/{evse}/explanation', () => {
  it('tells the reason in words and fields, and every circuit up to the grid connection', async () => {
    const answer = await get('A1', 'guest');
    expect(answer.statusCode).toBe(200);
    const explained = answer.json();
    expect(explained).toMatchObject({
      evse: 'A1',
      site: 'garage',
      at: '2026-01-31T12:00:00.000Z',
      setpointAmps: 6,
      reason: { kind: 'circuit full', text: 'because: circuit full', circuit: 'hall-a', phase: 'L2' },
    });
    expect(explained.path.map(({ id }: { id: string }) => id)).toEqual(['hall-a', 'grid']);
  });

  it.each([
    ['nobody knows', 'Z9'],
    ["of another key's site", 'D1'],
  ])('answers 404 for an EVSE %s', async (_what, evse) => {
    const answer = await get(evse, 'guest');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe(
      `no EVSE "${evse}" on a site of key "guest": GET /api/v1/sites lists what there is`,
    );
  });
});
