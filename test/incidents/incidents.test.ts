import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import type { IncidentCause } from '../../src/incidents/bundle.ts';
import { readBundle } from '../../src/incidents/bundleFile.ts';
import { HeldClock } from '../../src/incidents/heldClock.ts';
import { type IncidentsOptions, startIncidents } from '../../src/incidents/incidents.ts';
import { Recorder } from '../../src/incidents/recorder.ts';
import { incidentWatch } from '../../src/incidents/watch.ts';
import { createLogger } from '../../src/log.ts';
import { eventually } from '../app/givenService.ts';
import { givenEvses, givenSite } from '../control/givenSite.ts';
import { loopOptions, World } from '../control/world.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenSnapshot } from './givenSnapshot.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const cause: IncidentCause = {
  kind: 'over limit',
  siteId: siteId('garage'),
  detail: 'grid L1 measures 70 A',
};

describe('incident bundles', () => {
  it('are written with their cause into the folder, readable by nobody else', async () => {
    const { incidents, folder, files } = given();
    incidents.report(cause);
    await incidents.stop();
    const [name = ''] = files();
    expect(name).toBe('incident-2026-01-31T120000.000Z-over-limit.jsonl.gz');
    const { header } = await readBundle(join(folder, name));
    expect(header).toMatchObject({ cause, program: '1.2.3', epoch: 1 });
    expect(incidents.counts()).toEqual({ written: 1, dropped: 0, failed: 0 });
  });

  it('are no more an hour than allowed, but for those somebody asks for', async () => {
    const { incidents, clock, files } = given({ perHourMax: 2 });
    for (let times = 0; times < 4; times += 1) {
      incidents.report(cause);
      await incidents.stop();
      clock.advance(1_000);
    }
    expect(incidents.counts()).toEqual({ written: 2, dropped: 2, failed: 0 });
    expect((await incidents.ask({ ...cause, kind: 'asked for' })).status).toBe('written');
    clock.advance(3_600_000);
    incidents.report(cause);
    await incidents.stop();
    expect(files()).toHaveLength(4);
  });

  it('are written one at a time', async () => {
    const { incidents } = given();
    const first = incidents.ask(cause);
    expect(await incidents.ask(cause)).toEqual({ status: 'busy' });
    incidents.report(cause);
    expect((await first).status).toBe('written');
    expect(incidents.counts()).toEqual({ written: 1, dropped: 1, failed: 0 });
  });

  it('push the oldest out, and leave other files alone', async () => {
    const { incidents, folder, clock, files } = given({ filesMax: 3, perHourMax: 100 });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    for (let times = 0; times < 5; times += 1) {
      incidents.report(cause);
      await incidents.stop();
      clock.advance(1_000);
    }
    expect(files()).toEqual([
      'incident-2026-01-31T120002.000Z-over-limit.jsonl.gz',
      'incident-2026-01-31T120003.000Z-over-limit.jsonl.gz',
      'incident-2026-01-31T120004.000Z-over-limit.jsonl.gz',
      'notes.txt',
    ]);
  });

  it('that cannot be written are counted, and stop nobody', async () => {
    const { folder } = given();
    writeFileSync(join(folder, 'file'), '');
    const { incidents } = given({ folder: join(folder, 'file', 'incidents') });
    expect(await incidents.ask(cause)).toMatchObject({ status: 'failed' });
    incidents.report(cause);
    await eventually(() => incidents.counts().failed === 2 || undefined);
  });
});

describe('what is an incident', () => {
  const causesIn = (story: (world: World) => void): readonly IncidentCause[] => {
    const watch = incidentWatch();
    const found: IncidentCause[] = [];
    const world = new World({ sites: [givenSite({ evses: givenEvses(3) })] });
    world.checks.push({
      tick: (result) => found.push(...watch.follow(result, world.clock.monotonicMs())),
      step: () => {},
    });
    world.connectAll().setBackground(10).run(5);
    for (const id of ['A1', 'A2', 'A3']) world.plugIn(id);
    story(world.run(60));
    return found;
  };

  it('is no step that is answered in time, and no fault that is planned around', () => {
    const causes = causesIn((world) => {
      world.setBackground(40).run(60).setBackground(15).run(60);
      world.farSide.disconnect(world.station('A1'));
      world.station('A2').manner = 'rejects';
      world.run(120).setLimit({ amps: 55 });
      world.run(60);
    });
    expect(causes).toEqual([]);
  });

  it('is a load over its limit for longer than a reaction takes, told once', () => {
    const causes = causesIn((world) => {
      for (const id of ['A1', 'A2', 'A3']) world.station(id).manner = 'ignores';
      world.setBackground(50).run(60);
    });
    const over = causes.filter(({ kind, detail }) => kind === 'over limit' && detail.includes('L1'));
    expect(over).toHaveLength(1);
    expect(over[0]?.detail).toMatch(/^grid L1 measures \d+\.\d A, more than 63\.0 A, for longer than 15 s$/);
  });

  it('is no building that is over by itself', () => {
    const watch = incidentWatch();
    const world = new World({ sites: [givenSite({ evses: givenEvses(3) })] });
    const found: IncidentCause[] = [];
    world.checks.push({
      tick: (result) => found.push(...watch.follow(result, world.clock.monotonicMs())),
      step: () => {},
    });
    world.connectAll().setBackground(70).run(120);
    expect(found).toEqual([]);
  });

  it('is a station that does not obey', () => {
    const causes = causesIn((world) => {
      world.station('A1').manner = 'ignores';
      world.setLimit({ amps: 25 });
      world.run(120);
    });
    const [disobeying] = causes.filter(({ kind }) => kind === 'station disobeys');
    expect(disobeying?.detail).toMatch(/^A1 draws \d+\.\d A, more than may be in force there$/);
    expect(disobeying?.siteId).toBe('garage');
  });

  it('is a plan that was refused', () => {
    const watch = incidentWatch();
    const found: IncidentCause[] = [];
    const world = new World({
      allocate: (problem) => ({
        evses: problem.evses.map(() => ({ amps: 99, continuousAmps: 99, bound: { kind: 'maximum' } })),
        circuits: [],
      }),
    });
    world.checks.push({
      tick: (result) => found.push(...watch.follow(result, world.clock.monotonicMs())),
      step: () => {},
    });
    world.connectAll().run(5).plugIn('A1').run(30);
    expect(found.map(({ kind }) => kind)).toEqual(['plan refused']);
  });
});

function given(change: Partial<IncidentsOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-incidents-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const clock = new VirtualClock();
  const world = new World();
  const recorder = new Recorder(new HeldClock(clock), () => givenSnapshot());
  const { sites, areas } = world.input;
  const about = { program: '1.2.3', sites, areas, connections: [], options: loopOptions, epoch: 1 };
  const incidents = startIncidents(
    { folder, perHourMax: 6, filesMax: 50, ...change },
    { clock, log: createLogger('silent'), recorder, about },
  );
  return { incidents, folder, clock, files: () => readdirSync(folder).toSorted() };
}
