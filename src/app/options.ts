import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evsesBelow } from '../config/failsafeBudget.ts';
import type { Config } from '../config/schema.ts';
import type { ControlLoopOptions } from '../control/controlLoop.ts';
import { type CircuitId, circuitId } from '../domain/ids.ts';
import type { MeterConfig } from '../domain/meterConfig.ts';
import { withBelow } from '../domain/withBelow.ts';
import type { IncidentsOptions } from '../incidents/incidents.ts';

// How the config's settings become the options of each part.

/** What a car needs to follow its setpoint, and half a second for the message. [IEC 61851-1: 5 s] */
export const followMs = 5_500;
/** A station's clock and the way of a command may together be off by this before a lease is counted wrongly. */
export const leaseSlackMs = 10_000;
/** A station that failed a command is planned around for this long. */
export const retryMs = 10_000;

/** A tick that comes later than this shows that the process stood still. */
export const lateTickMs = 2_000;

/** Drops that come faster than this share a tick. */
const wakeSpacingMs = 20;
const commandExpiryMs = 10_000;
/** A station is believed to draw what it last said for this many of its meter intervals. */
const drawIntervals = 3;

export function loopOptions({ control, ocpp }: Config): ControlLoopOptions {
  return {
    tickMs: control.tickMs,
    wakeSpacingMs,
    leaseMs: control.leaseS * 1000,
    deadbandAmps: control.deadbandAmps,
    raiseDelayMs: control.raiseDelayS * 1000,
    commandExpiryMs,
    reclaimAfterMs: control.reclaimS * 1000,
    restAfterMs: control.restAfterS * 1000,
    margin: { maxAmps: control.marginMaxAmps, reactionMs: followMs + 2 * control.tickMs },
    drawMaxAgeMs: drawIntervals * ocpp.meterIntervalS * 1000,
    pacing: {
      minOnMs: control.minOnS * 1000,
      minOffMs: control.minOffS * 1000,
      turnMs: control.turnS * 1000,
    },
  };
}

/** undefined: none are written. A database in memory has no place beside it. */
export function incidentsOptions({ incidents, database }: Config): IncidentsOptions | undefined {
  const { enabled, perHourMax, filesMax } = incidents;
  const sqliteFile = database.url.startsWith('sqlite:') ? database.url.slice('sqlite:'.length) : undefined;
  const beside = sqliteFile === ':memory:' ? undefined : join(dirname(sqliteFile ?? '.'), 'incidents');
  const folder = incidents.folder ?? beside;
  return enabled && folder !== undefined ? { folder, perHourMax, filesMax } : undefined;
}

export function metersOf(
  config: Config,
): readonly { readonly circuitId: CircuitId; readonly meter: MeterConfig }[] {
  return config.sites
    .flatMap((site) => withBelow(site.circuit))
    .flatMap(({ id, meter }) => (meter === undefined ? [] : { circuitId: circuitId(id), meter }));
}

/** PEM texts of the files a TLS section names. Throws when a file cannot be read. */
export const pemOf = (
  tls: { readonly certFile: string; readonly keyFile: string } | undefined,
): { readonly cert: string; readonly key: string } | undefined =>
  tls && { cert: readFileSync(tls.certFile, 'utf8'), key: readFileSync(tls.keyFile, 'utf8') };

/** Every station of ours that feeds an EVSE. */
export const stationIds = (config: Config): readonly string[] =>
  config.sites.flatMap((site) => evsesBelow(site.circuit)).flatMap(({ station }) => station ?? []);

/** Where Vite writes the operator's page: beside the compiled service, and the same when it runs from its sources. */
export const consoleFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/console' : '../../console', import.meta.url),
);
