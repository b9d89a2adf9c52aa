import type { JSX } from 'preact';
import { words } from '../language.ts';
import { may } from '../me.ts';
import type { SiteStore } from '../sites.ts';
import { GridConnections } from './gridConnections.tsx';
import { RoamingPartners } from './roamingPartners.tsx';

/** Who else has a say or an interest: grid operators with their heartbeat, and platforms that speak OCPI. */
export function PartnersPage({ site }: { readonly site: SiteStore }): JSX.Element {
  const { timeZone } = site.head.peek();
  return (
    <div class="partners">
      <h1 class="unseen">{words.value.pages.partners}</h1>
      <GridConnections timeZone={timeZone} />
      {may('manage partners') && <RoamingPartners timeZone={timeZone} />}
    </div>
  );
}
