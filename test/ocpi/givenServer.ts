import type { Partner } from '../../src/domain/roaming/partner.ts';
import type { OcpiModule } from '../../src/ocpi/modules/module.ts';
import { HubClients } from '../../src/ocpi/partners/hubClients.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { ocpiServer } from '../../src/ocpi/server.ts';
import { sha256 } from '../../src/ocpi/transport/tokens.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';
import { MemoryObjects } from './memoryObjects.ts';

export const nowMs = Date.parse('2026-01-31T12:00:00Z');

/** A partner that shows `<id>-token`, an eMSP whose party is `MSP` unless told. */
export const registered = (id: string, partyId = 'MSP', countryCode = 'DE'): Partner => ({
  id,
  addedAtMs: 0,
  addedBy: 'office',
  state: {
    kind: 'registered',
    issuedSha256: sha256(`${id}-token`),
    earlierSha256: sha256(`${id}-earlier`),
    version: '2.2.1',
    access: { origin: 'https://roam.example', token: 'ours', tokenForm: 'base64' },
    versionsUrl: 'https://roam.example/versions',
    roles: [{ role: 'EMSP', countryCode, partyId, businessDetails: { name: id } }],
    endpoints: [],
  },
});

const own = { countryCode: 'SE', partyId: 'GRG' };

/** Nobody is behind any hub yet. */
export const noClients = (): HubClients =>
  new HubClients({ objects: new MemoryObjects().opened(() => false), own });

/** The server with these partners and modules, on a virtual clock. */
export function givenServer(
  partners: readonly Partner[],
  modules: readonly OcpiModule[] = [],
  clients = noClients(),
) {
  const clock = new VirtualClock(nowMs);
  const saved: Partner[] = [];
  const book = new PartnerBook(
    {
      savePartner: async (partner) => void saved.push(partner),
      deletePartner: async () => undefined,
    },
    partners,
    (hub) => clients.members(hub),
  );
  const { log, messages } = recordedLog();
  const credentials = async () => ({ httpStatus: 200, statusCode: 1000 });
  const handle = ocpiServer({
    clock,
    log,
    book,
    baseUrl: () => 'https://us.example/ocpi',
    modules,
    hubs: { clients, own, nowMs: () => clock.nowMs() },
    credentials,
  });
  const ask = async (
    path: string,
    {
      token,
      method = 'GET',
      body,
      headers = {},
    }: {
      token?: string;
      method?: string;
      body?: unknown;
      headers?: Record<string, string>;
    } = {},
  ) => {
    const [place = '', query = ''] = path.split('?');
    const shown =
      token === undefined ? {} : { authorization: `Token ${Buffer.from(token).toString('base64')}` };
    const answer = await handle({
      method,
      path: place,
      query,
      headers: { ...shown, ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    return { ...answer, body: JSON.parse(answer.body) };
  };
  return { ask, book, clock, saved, messages };
}
