import { describe, expect, it } from 'vitest';
import { created, limitEvent, values, warned } from './limitEvents.ts';
import { startPair } from './pair.ts';

describe.each(['3.0.1', '3.1'] as const)(
  'a VEN of OpenADR %s and a VTN that is broken or hostile',
  (version) => {
    it('keeps what an event said when a new version of it makes no sense', async () => {
      const { vtn, ports, look, programId } = await startPair({
        version,
        script: (each, id) => void created(each, limitEvent(id, 10)),
      });
      const id = vtn.store.all('events')[0]?.id ?? '';
      const nonsense: readonly (readonly [body: object, why: string])[] = [
        [limitEvent(programId, -5), 'is negative'],
        [limitEvent(programId, 1e9), 'is absurd'],
        [
          limitEvent(programId, 10, {
            intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: ['NaN'] }] }],
          }),
          'is not a number',
        ],
        [
          limitEvent(programId, 10, { intervalPeriod: { start: '2026-01-31T12:00:00', duration: 'PT1H' } }),
          'not an instant with a zone',
        ],
        [limitEvent(programId, 10, { intervals: 'many' }), 'not readable'],
      ];
      for (const [body, why] of nonsense) {
        vtn.store.update('events', id, body, true);
        await look();
        expect(values(ports)).toEqual([{ watts: 10_000 }]);
        expect(warned(ports, why)).toBeGreaterThan(0);
      }
      expect(ports.counts.heartbeats).toBe(1 + nonsense.length);
    });

    it.each([
      ['not JSON', '<html>', 'not JSON'],
      ['no list', '{"events":[]}', 'did not answer a list'],
      ['nested without end', '['.repeat(200_000), 'not JSON'],
      ['larger than anything', `["${'x'.repeat(9 * 1024 * 1024)}"]`, 'too large'],
    ])('survives an answer that is %s', async (_what, eventsText, why) => {
      const { vtn, ports, look } = await startPair({
        version,
        script: (each, id) => void created(each, limitEvent(id, 10)),
      });
      vtn.fail({ eventsText });
      await look();
      expect(warned(ports, why)).toBeGreaterThan(0);
      expect(values(ports)).toEqual([{ watts: 10_000 }]);
      vtn.fail({});
      await look(8_000);
      expect(ports.counts.resynchronised).toBe(2);
    });

    it('reads an event of 10,000 intervals as far as eight days', async () => {
      const many = Array.from({ length: 10_000 }, (_, id) => ({
        id,
        payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [10] }],
      }));
      const quarter = { start: '2026-01-31T12:00:00Z', duration: 'PT15M' };
      const { ports } = await startPair({
        version,
        script: (vtn, id) =>
          void created(vtn, limitEvent(id, 1, { intervals: many, intervalPeriod: quarter })),
      });
      expect(ports.limits.size).toBe(8 * 96 + 1);
    });

    it('hands on 2,000 intervals of one event, and says that there are more', async () => {
      const many = Array.from({ length: 10_000 }, (_, id) => ({
        id,
        payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [10] }],
      }));
      const minute = { start: '2026-01-31T12:00:00Z', duration: 'PT1M' };
      const { ports } = await startPair({
        version,
        script: (vtn, id) =>
          void created(vtn, limitEvent(id, 1, { intervals: many, intervalPeriod: minute })),
      });
      expect(ports.limits.size).toBe(2_000);
      expect(warned(ports, 'too many intervals')).toBe(1);
    });
  },
);
