import { describe, expect, it } from 'vitest';
import type { Vtn } from '../../../src/sim/vtn/vtnServer.ts';
import { feeder, garage } from './given.ts';
import { created, limitEvent, values, warned } from './limitEvents.ts';
import { callbackToken, startPair, until } from './pair.ts';

describe.each(['3.0.1', '3.1'] as const)('a VEN of OpenADR %s', (version) => {
  it('hears the limits that are there when it starts, and says that it is in touch', async () => {
    const { ports } = await startPair({
      version,
      script: (vtn, id) => void created(vtn, limitEvent(id, 10)),
    });
    expect(values(ports)).toEqual([{ watts: 10_000 }]);
    expect(ports.counts).toEqual({ heartbeats: 1, resynchronised: 1 });
    expect(ports.changes.map(({ kind }) => kind)).toEqual(['everything']);
    expect(ports.raws[0]).toContain('"values":[10]');
  });

  it('sees by the next look what came, changed and was deleted, without being told', async () => {
    const { vtn, ports, look, programId } = await startPair({ version });
    const id = created(vtn, limitEvent(programId, 10), true);
    await look();
    expect(values(ports)).toEqual([{ watts: 10_000 }]);
    vtn.store.update('events', id, limitEvent(programId, 6), true);
    await look();
    expect(values(ports)).toEqual([{ watts: 6_000 }]);
    vtn.store.remove('events', id, true);
    await look();
    expect(values(ports)).toEqual([]);
  });

  it('says nothing again while nothing changes, but that the VTN is alive', async () => {
    const { ports, look } = await startPair({
      version,
      script: (vtn, id) => void created(vtn, limitEvent(id, 10)),
    });
    await look();
    await look();
    expect(ports.changes).toHaveLength(1);
    expect(ports.counts.heartbeats).toBe(3);
  });

  it('takes a cancelled event away: begun at the beginning of time, for no time', async () => {
    const { vtn, ports, look, programId } = await startPair({
      version,
      script: (each, id) => void created(each, limitEvent(id, 10)),
    });
    const [event] = vtn.store.all('events');
    const never = { intervalPeriod: { start: '0001-01-01T00:00:00Z', duration: 'PT0S' } };
    vtn.store.update('events', event?.id ?? '', limitEvent(programId, 10, never), true);
    await look();
    expect(values(ports)).toEqual([]);
  });

  it('finds a deletion among several pages, and asks for each event that a page may have lost', async () => {
    const { vtn, ports, look } = await startPair({
      version,
      script: (each, id) => {
        for (let kw = 1; kw <= 120; kw += 1) created(each, limitEvent(id, kw));
      },
    });
    expect(ports.limits.size).toBe(120);
    const gone = vtn.store.all('events')[60]?.id ?? '';
    vtn.store.remove('events', gone, true);
    await look();
    expect(ports.limits.size).toBe(119);
    expect(vtn.exchanges.some(({ path, status }) => path === `/events/${gone}` && status === 404)).toBe(true);
  });

  it('does not believe deletions when there is more than it may read', async () => {
    const { vtn, ports, look } = await startPair({
      version,
      config: { pagesMax: 1 },
      script: (each, id) => {
        for (let kw = 1; kw <= 60; kw += 1) created(each, limitEvent(id, kw));
      },
    });
    expect(ports.limits.size).toBe(50);
    vtn.store.remove('events', vtn.store.all('events')[0]?.id ?? '', true);
    await look();
    expect(ports.limits.size).toBe(50);
    expect(ports.changes.every(({ kind }) => kind === 'update')).toBe(true);
    expect(warned(ports, 'more events than pagesMax')).toBeGreaterThan(0);
  });

  it('reads a VTN that takes no notice of pages', async () => {
    const { vtn, ports, look } = await startPair({
      version,
      script: (each, id) => {
        each.fail({ ignoresPaging: true });
        for (let kw = 1; kw <= 50; kw += 1) created(each, limitEvent(id, kw));
      },
    });
    expect(ports.limits.size).toBe(50);
    await look();
    expect(vtn.exchanges.filter(({ path }) => path === '/events').length).toBeLessThanOrEqual(4);
  });

  it('keeps its token, renews it before its end, and once more when it is refused early', async () => {
    const { vtn, ports, look } = await startPair({
      version,
      vtn: { credentials: { clientId: 'me', clientSecret: 'secret' }, tokenLifeS: 100 },
      config: { auth: { clientId: 'me', clientSecret: 'secret' } },
    });
    const tokens = () => vtn.exchanges.filter(({ path }) => path === '/auth/token').length;
    expect(tokens()).toBe(1);
    await look();
    expect(tokens()).toBe(1);
    await look();
    await look();
    expect(tokens()).toBe(2);
    vtn.fail({ refusesTokens: true });
    await look();
    // The first 401 fetched a new token; the second was not answered with a third.
    expect(tokens()).toBe(3);
    expect(warned(ports, 'VTN is not in touch')).toBe(1);
    vtn.fail({});
    await look(8_000);
    expect(ports.counts.resynchronised).toBe(2);
  });

  it('with a wrong secret says so, once, and obeys nothing', async () => {
    const { ports, look } = await startPair({
      version,
      vtn: { credentials: { clientId: 'me', clientSecret: 'secret' } },
      config: { auth: { clientId: 'me', clientSecret: 'wrong' } },
      script: (vtn, id) => void created(vtn, limitEvent(id, 10)),
    });
    await look(6_000);
    expect(ports.counts.heartbeats).toBe(0);
    expect(warned(ports, 'VTN is not in touch')).toBe(1);
    expect(ports.logged.join()).not.toContain('wrong');
  });

  it('leaves in force what was said when the VTN falls silent, and hears everything again after it', async () => {
    const { vtn, ports, look } = await startPair({
      version,
      script: (each, id) => void created(each, limitEvent(id, 10)),
    });
    vtn.fail({ failsWith: 503 });
    await look();
    await look(8_000);
    expect(values(ports)).toEqual([{ watts: 10_000 }]);
    expect(ports.counts.heartbeats).toBe(1);
    expect(warned(ports, 'VTN is not in touch')).toBe(1);
    vtn.fail({});
    await look(20_000);
    expect(ports.counts).toEqual({ heartbeats: 2, resynchronised: 2 });
    expect(ports.changes).toHaveLength(2);
  });

  it('gives up a request that is never answered', async () => {
    const { vtn, ports, look, clock } = await startPair({ version });
    vtn.fail({ isSilent: true });
    clock.advance(33_000);
    await until(() => vtn.unanswered === 1, 'the request');
    await look(10_000);
    expect(warned(ports, 'timed out')).toBe(1);
  });

  it('does not act on a VTN whose clock is more than 30 s off, either way, and keeps what holds', async () => {
    const { vtn, ports, look, programId } = await startPair({
      version,
      script: (each, id) => void created(each, limitEvent(id, 10)),
    });
    vtn.fail({ clockAheadMs: 32_000 });
    created(vtn, limitEvent(programId, 5), true);
    await look();
    expect(values(ports)).toEqual([{ watts: 10_000 }]);
    expect(warned(ports, "the VTN's clock is 32 s ahead")).toBe(1);
    vtn.fail({ clockAheadMs: -33_000 });
    await look(8_000);
    expect(values(ports)).toEqual([{ watts: 10_000 }]);
    vtn.fail({ clockAheadMs: 29_000 });
    await look(15_000);
    expect(values(ports)).toHaveLength(2);
  });

  it('registers itself and its resources once, finds them by name, and updates what changed', async () => {
    const script = (vtn: Vtn): void => void vtn.store.create('vens', { venName: 'ven-1' });
    const { vtn } = await startPair({ version, script, resources: [garage, feeder] });
    expect(vtn.store.all('vens').map((ven) => ven['venName'])).toEqual(['ven-1']);
    const [first, second] = vtn.store.all('resources');
    expect([first?.['resourceName'], second?.['resourceName']]).toEqual(['garage', 'feeder-12']);
    expect(first?.['attributes']).toEqual([{ type: 'MAX_POWER_CONSUMPTION', values: [50] }]);
    const venId = vtn.store.all('vens')[0]?.id ?? '';
    const path = version === '3.0.1' ? `/vens/${venId}/resources` : '/resources';
    expect(vtn.exchanges.filter(({ method, path: each }) => method === 'POST' && each === path)).toHaveLength(
      2,
    );
    vtn.store.update('resources', first?.id ?? '', {
      attributes: [{ type: 'MAX_POWER_CONSUMPTION', values: [40] }],
    });
  });

  it('does not register where the operator does that, and goes on where it may not', async () => {
    const { vtn } = await startPair({ version, config: { register: false } });
    expect(vtn.store.all('vens')).toEqual([]);
  });

  it('is told of a change at once, and confirms it by a look', async () => {
    const { vtn, ports, look, programId, clock } = await startPair({
      version,
      hasWebhook: true,
      vtn: { challengesCallbacks: true },
    });
    expect(vtn.store.all('subscriptions')).toHaveLength(1);
    const id = created(vtn, limitEvent(programId, 4));
    clock.advance(1);
    await until(() => ports.limits.size === 1, 'the limit');
    expect(ports.changes.at(-1)?.kind).toBe('update');
    vtn.store.update('events', id, limitEvent(programId, 3));
    clock.advance(1);
    await until(() => vtn.notices.length === 2, 'the update');
    expect(values(ports)).toEqual([{ watts: 3_000 }]);
    vtn.store.remove('events', id);
    clock.advance(1);
    await until(() => vtn.notices.length === 3, 'the deletion');
    expect(values(ports)).toEqual([]);
    expect(vtn.notices.map(({ status }) => status)).toEqual([204, 204, 204]);
    const looks = vtn.exchanges.filter(({ path }) => path === '/events').length;
    await look(2_500);
    expect(vtn.exchanges.filter(({ path }) => path === '/events').length).toBeGreaterThan(looks);
  });

  it('takes duplicated, late and overtaken notifications for what they are', async () => {
    const { vtn, ports, programId, callback, clock } = await startPair({ version, hasWebhook: true });
    vtn.fail({ noticeCopies: 3 });
    const id = created(vtn, limitEvent(programId, 9));
    clock.advance(1);
    await until(() => vtn.notices.length === 3, 'three copies');
    expect(ports.changes.filter(({ kind }) => kind === 'update')).toHaveLength(1);
    const early = vtn.notices[0]?.body;
    clock.advance(1_000);
    vtn.store.update('events', id, limitEvent(programId, 5));
    clock.advance(1);
    await until(() => values(ports).some((value) => 'watts' in value && value.watts === 5_000), 'the update');
    // The first notice once more, long overtaken.
    expect(await vtn.notify(callback.url, early, callbackToken)).toBe(204);
    expect(values(ports)).toEqual([{ watts: 5_000 }]);
  });

  it('refuses notifications without its token, and bodies that are none', async () => {
    const { vtn, ports, callback } = await startPair({ version, hasWebhook: true });
    const operation = version === '3.0.1' ? 'POST' : 'CREATE';
    expect(await vtn.notify(callback.url, { objectType: 'EVENT', operation, object: {} }, undefined)).toBe(
      401,
    );
    expect(await vtn.notify(callback.url, { objectType: 'EVENT', operation, object: {} }, 'wrong')).toBe(401);
    expect(
      await vtn.notify(callback.url, { objectType: 'EVENT', operation, object: {} }, callbackToken),
    ).toBe(400);
    expect(await vtn.notify(callback.url, { hello: 1 }, callbackToken)).toBe(400);
    expect(ports.limits.size).toBe(0);
  });

  it('subscribes again later when the VTN would not have it, and says so once', async () => {
    const elsewhere = { callbackUrl: 'http://127.0.0.1:1/openadr/dso', bearerToken: callbackToken };
    const { vtn, ports, look } = await startPair({
      version,
      vtn: { challengesCallbacks: true },
      config: { webhook: elsewhere },
    });
    for (let count = 0; count < 3; count += 1) await look();
    const tries = vtn.exchanges.filter(({ method, path }) => method === 'POST' && path === '/subscriptions');
    expect(tries.map(({ status }) => status)).toEqual([400, 400]);
    expect(warned(ports, 'not subscribed')).toBe(1);
    expect(ports.counts.heartbeats).toBe(4);
  });

  it('asks for a notification again when the limit could not be made durable', async () => {
    const { vtn, ports, programId, clock } = await startPair({ version, hasWebhook: true });
    ports.refusesToHear = true;
    created(vtn, limitEvent(programId, 9));
    clock.advance(1);
    await until(() => vtn.notices.length === 1, 'the notice');
    expect(vtn.notices[0]?.status).toBe(503);
    expect(ports.acks).toEqual([]);
  });

  it('does not obey events for others, and says which place it does not know', async () => {
    const targets = version === '3.0.1' ? [{ type: 'GROUP', values: ['elsewhere'] }] : ['elsewhere'];
    const { ports } = await startPair({
      version,
      script: (vtn, id) => void created(vtn, limitEvent(id, 1, { targets })),
    });
    expect(ports.limits.size).toBe(0);
    expect(ports.counts.heartbeats).toBe(1);
  });

  it('obeys only the programs it is told to', async () => {
    const { vtn, ports, look } = await startPair({ version, config: { programs: [{ name: 'limits' }] } });
    const other = vtn.store.create('programs', { programName: 'other' });
    if (other === 'conflict') throw new Error('conflict');
    created(vtn, limitEvent(other.id, 1), true);
    await look();
    expect(ports.limits.size).toBe(0);
  });

  it('is quiet for as long as the VTN asks', async () => {
    const { vtn, clock, look } = await startPair({ version });
    vtn.fail({ failsWith: 429, retryAfterS: 120 });
    await look();
    const { length } = vtn.exchanges;
    clock.advance(119_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vtn.exchanges.length).toBe(length);
    await look(2_000);
  });

  it('stops twice, and looks no more', async () => {
    const { ven, vtn, clock } = await startPair({ version });
    ven.stop();
    ven.stop();
    const { length } = vtn.exchanges;
    clock.advance(600_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vtn.exchanges.length).toBe(length);
  });
});
