import { loadCount } from '../../domain/supply.ts';
import type { SessionsPorts } from '../../ocpi/modules/sessions.ts';
import type { Running } from '../app.ts';
import type { OcpiPlaces } from './places.ts';

/** What drivers want, by their partners: the plan counts on it. */
export function preferencePorts(
  { loaded, desk, prices }: Pick<Running, 'loaded' | 'desk' | 'prices'>,
  { locations }: OcpiPlaces,
): Pick<SessionsPorts, 'offerAt' | 'wish'> {
  return {
    offerAt: (id) => {
      const site = loaded.sites.find(({ evses }) => evses.some((evse) => evse.id === id));
      const evse = site?.evses.find((each) => each.id === id);
      const location = locations.find((each) => each.id === site?.id);
      if (site === undefined || evse === undefined || location === undefined) return undefined;
      const { table, series } = prices.of(site.id);
      return {
        hasPrices: (table ?? series) !== undefined,
        knowsGreen: site.emissions !== undefined || location.energyMix?.isGreenEnergy === true,
        maxWatts: loadCount(site.supply, evse.wiring) * site.supply.phaseVolts * evse.maxAmps,
      };
    },
    // False where the session does not run.
    wish: async (id, wish, partnerId) =>
      (await desk.changeSession(id, wish, `partner ${partnerId}`)) !== undefined,
  };
}
