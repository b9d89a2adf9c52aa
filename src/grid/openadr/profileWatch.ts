import type { OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { Logger } from '../../log.ts';
import type { HeardLimit } from '../gridPorts.ts';
import { gacEventFaults, gacProgramFaults } from './gacRules.ts';
import type { OpenAdrEvent, Program } from './model.ts';
import { profiles } from './profiles.ts';

const faultsMax = 20;

/** Tells the log where the VTN departs from the config and from the rules of the profile, once for each departure. */
export class ProfileWatch {
  readonly #config: OpenAdrConfig;
  readonly #log: Logger;
  #programFaults = '[]';
  #lacksSafeMode = false;

  constructor(config: OpenAdrConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** The programs that are obeyed, as the VTN has them now. */
  programs(programs: readonly Program[]): void {
    const gac = this.#gac();
    const missing = this.#config.programs.filter(
      ({ name }) => !programs.some((each) => each.name === name || each.id === name),
    );
    const broken = programs.flatMap((each) =>
      gac === undefined ? [] : gacProgramFaults(each, gac).map((fault) => `${each.name}: ${fault}`),
    );
    const faults = [...missing.map(({ name }) => `program "${name}" is not at the VTN`), ...broken];
    const key = JSON.stringify(faults);
    if (key !== this.#programFaults && faults.length > 0) {
      this.#log.warn({ faults: faults.slice(0, faultsMax) }, 'OpenADR programs are not as expected');
    }
    this.#programFaults = key;
  }

  /** An event that was just heard. */
  event(event: OpenAdrEvent): void {
    const gac = this.#gac();
    const faults = gac === undefined ? [] : gacEventFaults(event, gac);
    if (faults.length === 0) return;
    this.#log.warn(
      { eventId: event.id, faults },
      'OpenADR event breaks the rules of its profile, and is obeyed',
    );
  }

  /** Grid Aware Charging demands a fallback of the grid's operator: without it, silence has only the config's. */
  limits(limits: readonly HeardLimit[]): void {
    const isMissing = this.#gac() !== undefined && !limits.some(({ role }) => role === 'failsafe');
    if (isMissing && !this.#lacksSafeMode) {
      this.#log.warn('the VTN has no event of the safe mode: the failsafe of the config holds in silence');
    }
    this.#lacksSafeMode = isMissing;
  }

  #gac() {
    return profiles[this.#config.profile].gac;
  }
}
