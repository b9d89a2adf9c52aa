import { afterEach, describe, it } from 'vitest';
import { describeWith } from '../servers.ts';
import { givenParty, retailer } from './ocpiPeers.ts';
import { givenProcess } from './ocpiProcesses.ts';
import { chargesAndIsBilled, storyHost } from './roamingStory.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const ended = <Party extends { end(): Promise<void> }>(party: Party): Party => {
  ends.push(() => party.end());
  return party;
};

describe('a driver of an electricity retailer', () => {
  it('finds, reserves, charges under a curtailment, and finds it on the electricity bill', async () => {
    const host = ended(await givenParty('GRG', storyHost));
    const guest = ended(await givenParty('KRA', retailer));
    await chargesAndIsBilled(host, guest, '2.3.0');
  });
});

describeWith(
  'postgres',
  'an operator and a retailer, two processes with databases on PostgreSQL',
  (postgres) => {
    it.each(['2.2.1', '2.3.0'])('serve a driver from search to bill, in %s', async (version) => {
      const [host, guest] = await Promise.all([
        givenProcess('GRG', postgres, storyHost).then(ended),
        givenProcess('KRA', postgres, retailer).then(ended),
      ]);
      await chargesAndIsBilled(host, guest, version);
    });
  },
);
