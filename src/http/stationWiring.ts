import Type from 'typebox';
import { stationId } from '../domain/ids.ts';
import { type Phase, phaseName } from '../domain/phases.ts';
import { closed } from './closed.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { demandStation } from './stationCommands.ts';
import type { EvseWiring } from './stationPorts.ts';
import { type EvseWiringBody, evseWiring, wiring } from './stationWiringBody.ts';

const kept = Type.Object(
  { file: Type.String({ description: 'In force when the service starts again' }) },
  closed,
);

/** `GET`, `PUT /stations/{station}/wiring`: what was found, and what somebody confirmed of it. */
export const stationWiring =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const params = Type.Object({ station: Type.String() });

    api.get(
      '/stations/:station/wiring',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'How the EVSEs of a station are wired, as measured',
          params,
          response: { 200: Type.Array(evseWiring) },
        },
      },
      async ({ actor, params: { station: name } }) => {
        const station = stationId(name);
        demandStation(ports, actor, 'read sites', station);
        return ports.stations.wiring(station).map(bodyOf);
      },
    );

    api.put(
      '/stations/:station/wiring',
      {
        config: { right: 'configure stations' },
        schema: {
          summary: 'Writes the wiring of an EVSE into the config',
          params,
          body: Type.Object({ evse: Type.String({ maxLength: 48 }), phases: wiring }, closed),
          response: { 200: kept },
        },
      },
      async ({ actor, params: { station: name }, body: { evse, phases } }) => {
        const station = stationId(name);
        demandStation(ports, actor, 'configure stations', station);
        const outcome = await ports.stations.rewire(station, { evse, phases }, actor);
        if (outcome.status === 'refused') throw new ProblemError('refused', { detail: outcome.why });
        return { file: outcome.file };
      },
    );
  };

const names = (phases: readonly Phase[]) => phases.map(phaseName);

const bodyOf = ({ evse, configured, found }: EvseWiring): EvseWiringBody => ({
  evse,
  configured: names(configured),
  measured: found === undefined ? null : names(found.wiring),
  confidence: found?.confidence ?? 0,
  conductors: [...(found?.conductors ?? [])],
  steps: found?.steps ?? 0,
  isSure: found?.isSure ?? false,
});
