import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createPlanner } from '../../solver/planner.ts';
import { replay } from '../../src/commands/replay.ts';
import { isClean, replayReport } from '../../src/commands/replayReport.ts';
import { circuitId, stationId } from '../../src/domain/ids.ts';
import type { IncidentCause } from '../../src/incidents/bundle.ts';
import { type Bundle, readBundle, writeBundle } from '../../src/incidents/bundleFile.ts';
import { recorderOptions } from '../../src/incidents/recorder.ts';
import { givenConnection } from '../control/givenConnection.ts';
import { onThisThread, plannedWorld } from '../control/givenHorizon.ts';
import { givenEvses, givenSite } from '../control/givenSite.ts';
import { World } from '../control/world.ts';

const cause: IncidentCause = { kind: 'asked for', siteId: undefined, detail: 'office asked for it' };

describe('a replay of a recorded run', () => {
  it('decides the same at every tick, whatever went wrong in it', async () => {
    const world = eventfulRun(givenWorld());
    const bundle = await throughFile(world);
    const found = replay(bundle);
    expect(found.differences.slice(0, 3)).toEqual([]);
    expect(found).toMatchObject({ broken: undefined, ticks: world.ticks.length });
    expect(found.inputs).toBeGreaterThan(500);
  });

  it('does so from the middle of a run, of which the beginning is forgotten', async () => {
    const world = givenWorld(60_000);
    for (let times = 0; times < 3; times += 1) eventfulRun(world);
    const bundle = await throughFile(world);
    const found = replay(bundle);
    expect(found.differences.slice(0, 3)).toEqual([]);
    expect(found.ticks).toBeLessThan(world.ticks.length / 2);
    expect(found.to.monotonicMs - found.from.monotonicMs).toBeGreaterThanOrEqual(60_000);
    expect(found.to.monotonicMs - found.from.monotonicMs).toBeLessThanOrEqual(80_000);
  });

  it('does so where the plan of the coming hours, which is not run again, put cars back', async () => {
    const planner = await createPlanner();
    const rules = [{ months: [], weekdays: [], fromMinute: 22 * 60, untilMinute: 6 * 60, perKwh: 0.5 }];
    const made = plannedWorld(
      onThisThread(planner),
      { prices: { currency: 'SEK', perKwh: 2, rules } },
      { recording: { ...recorderOptions, keepMs: 300_000 } },
    );
    const { world } = made;
    world.setBackground(5).connectAll().run(10).plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9 });
    made.wish('A2', { kwh: 10, withinHours: 2 });
    world.run(600);
    expect(world.setpointAmps('A1')).toBe(0);
    const bundle = await throughFile(world);
    expect(bundle.targets.map(({ evseId }) => evseId).toSorted()).toEqual(['A1', 'A2']);
    expect(replay(bundle).differences.slice(0, 3)).toEqual([]);
    expect(replay({ ...bundle, targets: [] }).differences).not.toEqual([]);
  });

  it('tells where the control decides otherwise today', async () => {
    const world = eventfulRun(givenWorld());
    const bundle = await throughFile(world);
    const options = { ...bundle.header.options, leaseMs: 60_000 };
    const found = replay({ ...bundle, header: { ...bundle.header, options } });
    expect(found.differences.length).toBeGreaterThan(0);
    const report = replayReport(bundle.header, found);
    expect(report).toContain('decisions are not as recorded:');
    expect(report).toMatch(/^ {2}2026-01-31T12:0\d:\d\d\.\d{3}Z {2}tick \d+ {2}/m);
    expect(isClean(found)).toBe(false);
  });

  it('tells when and by how much a circuit was over its limit', async () => {
    const world = new World({ sites: [site], recording: recorderOptions }).connectAll();
    world.setBackground(10).run(5).plugIn('A1').plugIn('A2').run(60);
    world.setBackground(58).run(60);
    const bundle = await throughFile(world);
    const found = replay(bundle);
    expect(found.differences).toEqual([]);
    const [excursion] = found.excursions.filter(({ over }) => over.kind === 'measured' && over.on === 'L1');
    expect(excursion?.over).toMatchObject({ node: 'grid', limit: 63, unit: 'A', isOurs: true });
    expect(excursion?.over.amount).toBeGreaterThan(63);
    expect(replayReport(bundle.header, found)).toMatch(
      /grid L1, measured: up to \d+\.\d A of 63\.0 A for \d+\.\d s/,
    );
  });
});

describe('a bundle file', () => {
  const givenFile = async (): Promise<string> => {
    const { file } = await written(givenWorld().setBackground(8).connectAll().plugIn('A1').run(30));
    return file;
  };
  /** The same file with other text in it. */
  const changed = async (change: (text: string) => string): Promise<string> => {
    const file = await givenFile();
    writeFileSync(file, gzipSync(change(gunzipSync(readFileSync(file)).toString())));
    return file;
  };

  it('is refused when it is cut short', async () => {
    const file = await givenFile();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    await expect(readBundle(file)).rejects.toThrow(`${file} is cut short`);
    const lineLess = await changed((text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    await expect(readBundle(lineLess)).rejects.toThrow('is cut short: its last line is missing');
  });

  it('is refused when it was changed', async () => {
    const file = await changed((text) => text.replace('"reading":{', '"reading":{"watts":1,'));
    await expect(readBundle(file)).rejects.toThrow('was changed after it was written');
  });

  it('is refused when it is of another format, with what to do', async () => {
    const file = await changed((text) => text.replace('"formatVersion":1', '"formatVersion":7'));
    await expect(readBundle(file)).rejects.toThrow(
      'is a bundle of format 7, and this program reads 1: replay it with the version that wrote it (1.2.3)',
    );
  });

  it.each([
    [
      'is not compressed',
      Buffer.from('{}'),
      'is no incident bundle: it is not, or not correctly, compressed',
    ],
    ['is another file', gzipSync('{"a":1}\n'), 'is no incident bundle: its first line does not say so'],
    ['is empty', gzipSync(''), 'is no incident bundle'],
  ])('is refused when it %s', async (_why, bytes, message) => {
    const file = temporaryFile();
    writeFileSync(file, bytes);
    await expect(readBundle(file)).rejects.toThrow(message);
  });

  it('is refused when it is not there', async () => {
    await expect(readBundle('/nowhere/incident.jsonl.gz')).rejects.toThrow('cannot be read');
  });

  it('holds no token of a driver', async () => {
    const world = givenWorld().connectAll();
    world.inputs.applyStationEvent({
      kind: 'session started',
      stationId: stationId('CP-A1'),
      atMs: world.clock.nowMs(),
      evseNumber: 1,
      transactionId: 'T1',
      tokenId: '04A2B7D9',
      startedAtMs: world.clock.nowMs(),
    });
    world.run(1_000);
    const { file } = await written(world);
    const text = gunzipSync(readFileSync(file)).toString();
    expect(text).toContain('"tokenId":"(hidden)"');
    expect(text).not.toContain('04A2B7D9');
  });
});

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const site = givenSite({ evses: givenEvses(4) });

const givenWorld = (keepMs = 3_600_000): World =>
  new World({
    sites: [site],
    connections: [
      givenConnection({ heartbeatTimeoutMs: 120_000, release: { randomMs: 20_000, rampMs: 30_000 } }),
    ],
    recording: { ...recorderOptions, keepMs },
  });

/** Ten minutes in which everything happens that the state can be told of. */
function eventfulRun(world: World): World {
  world.connectAll().setBackground([8, 9.5, 12]).run(20);
  for (const { id } of site.evses) world.plugIn(id);
  world.run(60).setBackground([20, 21, 30]).run(20);
  world.hear({ amps: 45 });
  world.hear({ watts: 12_000 }, { boundary: 'controllable' });
  const limit = world.setLimit({ amps: 40 });
  world.run(30).setBackground(5);
  world.farSide.disconnect(world.station('A1'));
  world.station('A2').manner = 'rejects';
  world.station('A3').delayMs = 7_000;
  world.run(60).endLimit(limit);
  world.station('A2').manner = 'ignores leases';
  world.real('A2').takesShare = 1.4;
  world.run(60).stopSite().run(20).releaseSite().run(20);
  world.farSide.connect(world.station('A1'));
  const [session] = world.state.sessions();
  if (session !== undefined)
    world.inputs.changeSession(session.id, { priority: 2, departureAtMs: undefined });
  world.silentMeters.add(circuitId('grid'));
  world.run(60);
  world.silentMeters.clear();
  world.clock.setWall(3_600_000);
  world.run(60);
  for (const { id } of site.evses) world.unplug(id);
  return world.run(10);
}

const headerOf = (world: World) => ({
  program: '1.2.3',
  writtenAtMs: world.clock.nowMs(),
  cause,
  sites: world.input.sites,
  areas: world.input.areas,
  connections: world.input.connections,
  options: world.input.options,
  epoch: 1,
});

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-bundle-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'incident.jsonl.gz');
}

async function written(world: World): Promise<{ readonly file: string }> {
  const file = temporaryFile();
  await writeBundle(file, headerOf(world), world.recorded);
  return { file };
}

const throughFile = async (world: World): Promise<Bundle> => readBundle((await written(world)).file);
