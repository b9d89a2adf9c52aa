import type { LoadedConfig } from '../config/config.ts';
import type { HorizonView } from '../control/horizonView.ts';
import type { SiteView } from '../control/siteView.ts';
import { wishedPower } from '../control/wishedPower.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { SiteId } from '../domain/ids.ts';
import { starVolts } from '../domain/supply.ts';
import type { PromptGridPorts } from '../grid/gridPorts.ts';
import type { OscpGroup } from '../grid/oscp/forecasts.ts';
import type { GridStates } from '../grid/oscp/gridStates.ts';
import { OscpConnection, type OscpPorts } from '../grid/oscp/oscpConnection.ts';
import { oscpHandler } from '../grid/oscp/oscpHandler.ts';
import type { RawHandler } from '../http/rawHandlers.ts';

export interface OscpService {
  /** Empty where no connection speaks OSCP. */
  readonly handlers: readonly RawHandler[];
  stop(): void;
}

interface OscpNeeds {
  readonly loaded: LoadedConfig;
  readonly grid: PromptGridPorts;
  readonly store: GridStates;
  views(): readonly SiteView[];
  planOf(siteId: SiteId): HorizonView | undefined;
}

const prefix = '/oscp/fp/2.0';
/** A forecast as long as one may be. */
const bodyLimitBytes = 512 * 1024;
/** Of an area, whose sites may differ. */
const nominalVolts = 230;

/** Starts every connection that speaks OSCP. Rejects when what an earlier process stored cannot be read. */
export async function startOscp(needs: OscpNeeds): Promise<OscpService> {
  const { loaded, grid, store, views, planOf } = needs;
  const { sites, areas } = loaded;
  const ports = {
    grid,
    states: store,
    wishedPower: (of: Parameters<OscpPorts['wishedPower']>[0]) =>
      wishedPower(of, { sites, areas, views: views(), planOf, nowMs: grid.clock.nowMs() }),
  };
  const connections: OscpConnection[] = [];
  const stop = (): void => {
    for (const connection of connections) connection.stop();
  };
  try {
    for (const [index, connection] of loaded.connections.entries()) {
      const config = loaded.config.grid.connections[index]?.oscp;
      if (config === undefined) continue;
      const { id: connectionId, boundary } = connection;
      const groups = groupsOf(connection, loaded);
      connections.push(await OscpConnection.start({ connectionId, config, boundary, groups }, ports));
    }
  } catch (error) {
    stop();
    throw error;
  }
  const handle = oscpHandler(connections, grid);
  return { handlers: connections.length === 0 ? [] : [{ prefix, bodyLimitBytes, handle }], stop };
}

const groupsOf = ({ targets }: GridConnection, { sites }: LoadedConfig): readonly OscpGroup[] =>
  targets.flatMap(({ target, externalIds }) => {
    const site = sites.find(({ id }) => target.kind === 'circuit' && id === target.siteId);
    const phaseVolts = site === undefined ? nominalVolts : starVolts(site.supply);
    return externalIds.map((id) => ({ id, target, phaseVolts }));
  });
