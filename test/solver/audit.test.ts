import { afterEach, describe, expect, it } from 'vitest';
import { allocate } from '../../solver/allocate.ts';
import { type Audit, type AuditOptions, type AuditResult, startAudit } from '../../solver/audit.ts';
import { deltaSite } from './deltaSite.ts';
import { nextWorker } from './nextWorker.ts';
import { bigSite } from './sites.ts';

const realTimer: AuditOptions['after'] = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

describe('the audit', () => {
  let audit: Audit | undefined;
  afterEach(() => audit?.stop());

  const given = (change: Partial<AuditOptions> = {}): { audit: Audit; next: () => Promise<AuditResult> } => {
    const waiting: ((result: AuditResult) => void)[] = [];
    audit = startAudit({ onResult: (result) => waiting.shift()?.(result), after: realTimer, ...change });
    return { audit, next: () => new Promise((resolve) => waiting.push(resolve)) };
  };

  const site = bigSite(60, 7);
  const allocation = allocate(site);

  it('finds no difference between the tick and the linear programs', async () => {
    const { audit, next } = given();
    const result = next();
    expect(audit.submit(site, allocation)).toBe(true);
    expect(await result).toMatchObject({ status: 'compared', by: 'programs' });
    expect(audit.counts()).toMatchObject({ submitted: 1, compared: 1, failed: 0, dropped: 0 });
    expect(audit.counts().differenceAmpsMax).toBeLessThan(1e-6);
  });

  it('names the EVSE that got something else', async () => {
    const { audit, next } = given();
    const wrong = {
      ...allocation,
      evses: allocation.evses.with(17, {
        ...allocation.evses[17]!,
        continuousAmps: allocation.evses[17]!.continuousAmps - 2.5,
      }),
    };
    const result = next();
    audit.submit(site, wrong);
    expect(await result).toMatchObject({
      status: 'compared',
      evse: 'evse 17',
      differenceAmps: expect.closeTo(2.5, 6),
    });
  });

  it.each([
    ['certificate', { ...deltaSite([0, 0, 1, 2], 40, 'fair', 6) }],
    ['limits', { ...deltaSite([0, 0, 1, 2], 40, 'deadline', 6) }],
    ['limits', { ...site, circuits: site.circuits.with(0, { ...site.circuits[0]!, unbalanceAmps: 10 }) }],
  ] as const)('checks by %s what linear programs do not know', async (by, problem) => {
    const { audit, next } = given();
    const result = next();
    audit.submit(problem, allocate(problem));
    expect(await result).toMatchObject({ status: 'compared', by, lps: 0 });
    expect(audit.counts().differenceAmpsMax).toBeLessThan(1e-6);
  });

  it('names the circuit that a rounded answer puts over its limit', async () => {
    const { audit, next } = given();
    const wrong = {
      ...allocation,
      evses: allocation.evses.map((evse) => ({ ...evse, amps: evse.amps + 1 })),
    };
    const result = next();
    audit.submit(site, wrong);
    expect(await result).toMatchObject({
      status: 'compared',
      evse: expect.stringMatching(/grid|panel|feeder/),
    });
  });

  it('drops what comes while it is busy, and counts it', async () => {
    const { audit, next } = given();
    const result = next();
    expect([1, 2, 3].map(() => audit.submit(site, allocation))).toEqual([true, false, false]);
    await result;
    expect(audit.counts()).toMatchObject({ submitted: 3, compared: 1, dropped: 2 });
  });

  it('drops sites above its size', () => {
    const { audit } = given({ evsesMax: 59 });
    expect(audit.submit(site, allocation)).toBe(false);
  });

  it('ends a worker that is late, says so, and goes on with a new one', async () => {
    let fire = (): void => {};
    const { audit, next } = given({
      after: (_delayMs, callback) => {
        fire = callback;
        return () => {};
      },
    });
    const late = next();
    audit.submit(site, allocation);
    fire();
    expect(await late).toMatchObject({ status: 'failed', reason: 'no answer within 60000 ms' });
    const result = next();
    audit.submit(site, allocation);
    expect(await result).toMatchObject({ status: 'compared' });
  });

  it('says when its worker is killed, and goes on with a new one', async () => {
    const { audit, next } = given();
    const worker = nextWorker();
    const killed = next();
    audit.submit(site, allocation);
    await (await worker).terminate();
    expect(await killed).toEqual({
      status: 'failed',
      reason: expect.stringContaining('the audit thread ended'),
    });
    const result = next();
    expect(audit.submit(site, allocation)).toBe(true);
    expect(await result).toMatchObject({ status: 'compared' });
    expect(audit.counts()).toMatchObject({ submitted: 2, compared: 1, failed: 1 });
  });

  it('takes nothing more once it has stopped, and may be stopped twice', async () => {
    const { audit } = given();
    await audit.stop();
    await audit.stop();
    expect(audit.submit(site, allocation)).toBe(false);
  });
});
