import type { GridValue } from '../../../src/grid/gridPorts.ts';
import type { Vtn } from '../../../src/sim/vtn/vtnServer.ts';
import type { RecordedPorts } from './given.ts';

/** A limit over the next hour; the virtual clock starts at noon. */
export const limitEvent = (programId: string, kw: number, change: object = {}) => ({
  programID: programId,
  eventName: 'curtail',
  intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT1H' },
  payloadDescriptors: [
    { objectType: 'EVENT_PAYLOAD_DESCRIPTOR', payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW' },
  ],
  intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [kw] }] }],
  ...change,
});

export const created = (vtn: Vtn, body: object, silently = false): string => {
  const event = vtn.store.create('events', body, silently);
  if (event === 'conflict') throw new Error('conflict');
  return event.id;
};

export const values = (ports: RecordedPorts): readonly GridValue[] =>
  [...ports.limits.values()].map(({ value }) => value);
export const warned = (ports: RecordedPorts, words: string): number =>
  ports.logged.filter((line) => line.includes(words)).length;
