import { describe, expect, it } from 'vitest';
import type { ControlParts } from '../../src/app/control.ts';
import { ExposureLedger, type Presence } from '../../src/control/exposure.ts';
import type { CommandAnswer } from '../../src/control/ports.ts';
import { SiteState } from '../../src/control/siteState.ts';
import type { EvseId } from '../../src/domain/ids.ts';
import { realParts } from './twinParts.ts';
import { givenRun } from './twinPlace.ts';

// Bugs of the kinds that load managers have had, planted in the real control code from outside. Each must be found:
// a check that cannot fail proves nothing.

/** Takes a decrease for done, whatever the station answered, if it did. */
class CredulousLedger extends ExposureLedger {
  override answered(answer: CommandAnswer): boolean {
    const command = this.inFlight(answer.evseId);
    const held = this.lease(answer.evseId)?.setpointAmps ?? 0;
    const isDecrease = command?.kind === 'lease' && command.setpointAmps < held;
    return super.answered(isDecrease ? { ...answer, outcome: 'accepted' } : answer);
  }
}

/** What is offline draws nothing. */
class ForgetfulLedger extends ExposureLedger {
  override exposureAmps(evseId: EvseId, presence: Presence, nowMs: number): number {
    return presence.isOnline ? super.exposureAmps(evseId, presence, nowMs) : 0;
  }
}

/** A decrease that was sent has made room: raises need not wait for it. */
class HastyLedger extends ExposureLedger {
  override exposureAmps(evseId: EvseId, presence: Presence, nowMs: number): number {
    const most = super.exposureAmps(evseId, presence, nowMs);
    const sent = this.inFlight(evseId);
    const meant = sent?.kind === 'lease' ? sent.setpointAmps : this.lease(evseId)?.setpointAmps;
    return meant === undefined || !presence.hasSession ? most : Math.min(most, meant);
  }
}

/** The last meter value holds for ever. */
class TrustingState extends SiteState {
  readonly #told = new Map<string, Parameters<SiteState['applyReading']>[0]>();

  override applyReading(reading: Parameters<SiteState['applyReading']>[0]): void {
    this.#told.set(reading.circuitId, { ...this.#told.get(reading.circuitId), ...reading });
    super.applyReading(reading);
  }

  override failOverdueCommands(): void {
    for (const reading of this.#told.values()) super.applyReading(reading);
    super.failOverdueCommands();
  }
}

interface Plant {
  readonly parts: ControlParts;
  /** What has to go wrong beside it. */
  readonly faults: readonly string[];
}

const plants: Readonly<Record<string, Plant>> = {
  'a decrease that nobody acknowledged': {
    parts: { ...realParts, ledger: (...input) => new CredulousLedger(...input) },
    faults: ['station-rejects', 'station-half-open'],
  },
  'an offline station that is forgotten': {
    parts: { ...realParts, ledger: (...input) => new ForgetfulLedger(...input) },
    faults: ['station-offline'],
  },
  'a stale meter that is trusted': {
    parts: { ...realParts, state: (...input) => new TrustingState(...input) },
    faults: ['meter-silent'],
  },
  'a raise before the others were lowered': {
    parts: { ...realParts, ledger: (...input) => new HastyLedger(...input) },
    faults: [],
  },
};

const seedsMax = 20;

describe('a planted bug', () => {
  it.each(Object.entries(plants))('is found within 20 seeds: %s', async (_name, { parts, faults }) => {
    let found: number | undefined;
    for (let seed = 1; seed <= seedsMax && found === undefined; seed += 1) {
      const result = await givenRun({
        site: 'twenty',
        seed,
        hours: 0.5,
        faults,
        rate: 20,
        parts,
        stopsEarly: true,
      });
      if (result.p1Violations > 0) found = seed;
    }
    expect(found).toBeLessThanOrEqual(seedsMax);
  });

  it('is not seen where there is none', async () => {
    const faults = [...new Set(Object.values(plants).flatMap((plant) => plant.faults))];
    const result = await givenRun({ site: 'twenty', seed: 1, hours: 0.5, faults, rate: 20 });
    expect(result.violations).toEqual([]);
  });
});
