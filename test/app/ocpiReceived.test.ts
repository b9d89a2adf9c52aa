import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { type GivenParty, givenParty } from './ocpiPeers.ts';
import { cpoSession, startCpo } from './partnerCpo.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function given(): Promise<GivenParty> {
  const host = await givenParty('GRG', { ocpi: '  roles: [CPO, SCSP]' });
  ends.push(() => host.end());
  return host;
}

const known = async (cpo: Awaited<ReturnType<typeof startCpo>>, id: string) => {
  const { status, body } = await cpo.ask(`/receiver/sessions/DE/CPO/${id}`);
  return status === 200 ? body.data : undefined;
};

describe('the sessions of another operator', () => {
  it.each(['2.2.1', '2.3.0'])(
    'are taken by a load management of roles CPO and SCSP, in %s',
    async (version) => {
      const cpo = await startCpo(await given(), { version });
      ends.push(() => cpo.stop());
      expect(cpo.roles.map(({ role }: { role: string }) => role)).toEqual(['CPO', 'SCSP']);
      const total_cost = version === '2.2.1' ? { excl_vat: 1 } : { before_taxes: 1 };
      const told = cpoSession('S1', { total_cost });
      expect((await cpo.ask('/receiver/sessions/DE/CPO/S1', 'PUT', told)).status).toBe(201);
      expect(await known(cpo, 'S1')).toMatchObject({ id: 'S1', status: 'ACTIVE', total_cost });
    },
  );

  it('are asked for page by page when the operator has come', async () => {
    const cpo = await startCpo(await given(), {
      answers: ({ path, query }, origin) => {
        if (path !== '/sessions') return {};
        const isFirst = query.get('offset') === null;
        const stranger = { ...cpoSession('S9'), party_id: 'OTH' };
        return {
          data: isFirst ? [cpoSession('S1'), stranger, { nonsense: true }] : [cpoSession('S2')],
          ...(isFirst && { link: `${origin}/sessions?${query}&offset=3` }),
        };
      },
    });
    ends.push(() => cpo.stop());
    await eventually(async () => expect(await known(cpo, 'S2')).toBeDefined());
    expect(await known(cpo, 'S1')).toMatchObject({ id: 'S1' });
    expect(cpo.heard[0]?.query.get('date_from')).toMatch(/Z$/);
    // Whose it is says what is told, not who lists it.
    expect((await cpo.ask('/receiver/sessions/DE/OTH/S9')).status).toBe(404);
  });

  it('are refused by one that only operates its own stations', async () => {
    const host = await givenParty('GRG');
    ends.push(() => host.end());
    const cpo = await startCpo(host);
    ends.push(() => cpo.stop());
    expect((await cpo.ask('/receiver/sessions/DE/CPO/S1', 'PUT', cpoSession('S1'))).status).toBe(404);
  });
});
