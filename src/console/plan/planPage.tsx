import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PlanBody } from '../../http/planSchemas.ts';
import { useAsked } from '../asked.ts';
import { clockTime } from '../format.ts';
import { words } from '../language.ts';
import type { SiteStore } from '../sites.ts';
import { PlanCharts } from './planCharts.tsx';
import { PlannedCars } from './plannedCars.tsx';
import { planWords } from './planWords.ts';

const everyMs = 5_000;

/** What is planned over the coming hours: background, charging, limits, prices, and what each car will get. */
export function PlanPage({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = planWords.value;
  const { id, timeZone } = site.head.peek();
  const { body, problem, again } = useAsked<PlanBody>(`/sites/${encodeURIComponent(id)}/plan`, everyMs);
  const chosen = useSignal(site.root.circuit.peek().id);
  const plan = body.value;
  const circuit = plan?.circuits.find((each) => each.id === chosen.value) ?? plan?.circuits[0];
  return (
    <div class="plan">
      <h1 class="unseen">{words.value.pages.plan}</h1>
      <section class="card" aria-labelledby="plan-title">
        <header>
          <h2 id="plan-title">{text.title}</h2>
          {plan !== undefined && plan.circuits.length > 1 && (
            <label>
              <span class="unseen">{text.circuit}</span>
              <select
                value={chosen.value}
                onChange={({ currentTarget }) => {
                  chosen.value = currentTarget.value;
                }}
              >
                {plan.circuits.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.id}
                  </option>
                ))}
              </select>
            </label>
          )}
        </header>
        {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
        {plan !== undefined && <p class="hint">{madeText(plan, timeZone)}</p>}
        {plan !== undefined && circuit !== undefined && (
          <PlanCharts plan={plan} circuit={circuit} timeZone={timeZone} />
        )}
      </section>
      {plan !== undefined && <PlannedCars site={site} planned={plan.sessions} onChanged={again} />}
    </div>
  );
}

function madeText({ madeAt, why }: PlanBody, timeZone: string): string {
  const text = planWords.value;
  if (madeAt !== null) return text.made(clockTime(Date.parse(madeAt), timeZone));
  const reason = why === null ? '' : (text.reasons[why] ?? why);
  return `${text.noPlan} ${reason}`;
}
