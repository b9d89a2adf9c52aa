import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PartnerBody } from '../../http/partnerSchemas.ts';
import { useAsked } from '../asked.ts';
import { moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { ask } from '../request.ts';
import { Sure } from '../sure.tsx';
import { PartnerCdrs } from './partnerCdrs.tsx';
import { PartnerForm } from './partnerForm.tsx';
import { partnerWords } from './partnerWords.ts';

const everyMs = 5_000;

/** Platforms that speak OCPI with us: what they are and offer, and the ways to begin and end it with one. */
export function RoamingPartners({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const text = partnerWords.value;
  const { body, problem, again } = useAsked<readonly PartnerBody[]>('/partners', everyMs);
  const said = useSignal<string | undefined>(undefined);
  const refusal = useSignal<string | undefined>(undefined);
  const tell = async (method: 'POST' | 'DELETE', path: string, done: string): Promise<void> => {
    const answer = await ask<unknown>(method, path);
    said.value = answer.ok ? done : undefined;
    refusal.value = answer.ok ? undefined : answer.problem.detail;
    again();
  };
  return (
    <>
      <section class="card" aria-labelledby="roaming-title">
        <h2 id="roaming-title">{text.roaming}</h2>
        {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
        <p role="status" class="saved">
          {said.value}
        </p>
        {refusal.value !== undefined && (
          <p role="alert" class="fault">
            {refusal.value}
          </p>
        )}
        {body.value?.length === 0 && <p class="quiet">{text.roamingNone}</p>}
        <ul class="connections">
          {body.value?.map((partner) => {
            const path = `/partners/${encodeURIComponent(partner.id)}`;
            return (
              <li key={partner.id}>
                <Partner partner={partner} timeZone={timeZone} />
                <div class="actions">
                  {partner.state === 'registered' && (
                    <button
                      type="button"
                      onClick={() => void tell('POST', `${path}/rotation`, text.rotated(partner.id))}
                    >
                      {text.rotate}
                    </button>
                  )}
                  <Sure
                    name={text.remove}
                    about={partner.id}
                    sure={text.removeSure}
                    keep={text.keep}
                    onSure={() => void tell('DELETE', path, text.removed(partner.id))}
                  />
                </div>
              </li>
            );
          })}
        </ul>
      </section>
      <PartnerForm onAdded={again} />
    </>
  );
}

interface PartnerProps {
  readonly partner: PartnerBody;
  readonly timeZone: string;
}

function Partner({ partner, timeZone }: PartnerProps): JSX.Element {
  const text = partnerWords.value;
  const { id, state, version, versionsUrl, parties, behind, modules, addedAt, addedBy } = partner;
  const names = parties.map(
    ({ name, role, countryCode, partyId }) => `${name} (${role} ${countryCode}-${partyId})`,
  );
  return (
    <>
      <div class="connection-what">
        <strong>{id}</strong>
        <span>{text.states[state]}</span>
        {version !== null && <span class="fact">OCPI {version}</span>}
      </div>
      {names.length > 0 && <p>{names.join(', ')}</p>}
      {modules.length > 0 && (
        <p class="hint">
          {text.offers} {modules.join(', ')}
        </p>
      )}
      <p class="hint">
        {[text.added(moment(Date.parse(addedAt), timeZone, minuteMs.value), addedBy), versionsUrl]
          .filter((told) => told !== null)
          .join(' · ')}
      </p>
      {behind.length > 0 && (
        <>
          <p>{text.behind}</p>
          <ul class="behind">
            {behind.map((party) => (
              <li key={party.id}>
                <strong>{party.id.slice(id.length + 1)}</strong>{' '}
                {party.isAway && <span class="fact is-warning">{text.away}</span>}
                <PartnerCdrs partner={party.id} timeZone={timeZone} />
              </li>
            ))}
          </ul>
        </>
      )}
      {state === 'registered' && <PartnerCdrs partner={id} timeZone={timeZone} />}
    </>
  );
}
