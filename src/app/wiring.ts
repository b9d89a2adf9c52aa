import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { ConfigError, parseConfig } from '../config/config.ts';
import { rewired } from '../config/rewire.ts';
import type { StationId } from '../domain/ids.ts';
import { type PhaseName, phaseName } from '../domain/phases.ts';
import type { Actor } from '../http/auth.ts';
import type { EvseWiring, Rewired } from '../http/stationPorts.ts';
import type { Running } from './app.ts';

const evsesOf = ({ loaded }: Running, station: StationId) =>
  loaded.sites.flatMap(({ evses }) => evses.filter((evse) => evse.station === station));

/** What the steps of a station's EVSEs told of how they are wired. */
export const wiringOf = (running: Running, station: StationId): readonly EvseWiring[] =>
  evsesOf(running, station).map((evse) => ({
    evse: evse.id,
    configured: evse.wiring,
    found: running.wiring.finding(evse),
  }));

/** Writes a wiring that somebody confirmed into the config file. Nothing of the running service changes. */
export async function rewire(
  running: Running,
  station: StationId,
  { evse: id, phases }: { readonly evse: string; readonly phases: readonly PhaseName[] },
  actor: Actor,
): Promise<Rewired> {
  const { loaded, ports, store } = running;
  const evse = evsesOf(running, station).find((each) => each.id === id);
  if (evse === undefined) return refused(`station "${station}" has no EVSE "${id}"`);
  if (loaded.file === undefined) return refused('this service was not started from a config file');
  const outcome = write(loaded.file, id, phases);
  if (outcome.status === 'refused') return outcome;
  const entry = { actor: actor.name, action: 'wiring confirmed', target: id };
  const before = { phases: evse.wiring.map(phaseName) };
  await store.appendAudit({ atMs: ports.clock.nowMs(), ...entry, before, after: { phases } });
  return outcome;
}

/** The file is replaced as a whole or not at all, and only by one that the service will start with. */
function write(file: string, evse: string, phases: readonly PhaseName[]): Rewired {
  const byHand = `write phases: [${phases.join(', ')}] at EVSE ${evse} by hand`;
  try {
    const text = rewired(readFileSync(file, 'utf8'), evse, phases);
    if (text === undefined) return refused(`${file} has no EVSE ${evse} any more: ${byHand}`);
    parseConfig(text, file, process.env);
    writeFileSync(`${file}.new`, text, { mode: statSync(file).mode & 0o777 });
    renameSync(`${file}.new`, file);
    return { status: 'kept', file };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refused(error instanceof ConfigError ? why : `${file} cannot be written (${why}): ${byHand}`);
  }
}

const refused = (why: string): Rewired => ({ status: 'refused', why });
