import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PlanBody } from '../../http/planSchemas.ts';
import type { SessionBody } from '../../http/schemas.ts';
import { amps, duration, energy, moment } from '../format.ts';
import { Icon } from '../icons.tsx';
import { minuteMs } from '../live.ts';
import { may } from '../me.ts';
import { sessionWords } from '../sessions/sessionWords.ts';
import { WishButton } from '../sessions/wishButton.tsx';
import { WishForm } from '../sessions/wishForm.tsx';
import { planWords } from './planWords.ts';

type PlannedSession = PlanBody['sessions'][number];

export interface Car {
  readonly session: SessionBody;
  /** undefined where its driver told too little for a plan. */
  readonly plan: PlannedSession | undefined;
}

interface RowProps {
  readonly car: Car;
  readonly timeZone: string;
  onSaved(): void;
}

/** A car in the plan or beside it, and below it the form to change what its driver wants. */
export function CarRow({ car: { session, plan }, timeZone, onSaved }: RowProps): JSX.Element {
  const isOpen = useSignal(false);
  const { departureAt, priority } = session;
  const names = planWords.value.cars;
  const leaves = plan?.departureAt ?? departureAt;
  return (
    <>
      <tr>
        <th scope="row">
          {session.evse}{' '}
          {priority !== null && <span class="fact">{sessionWords.value.priority(priority)}</span>}
        </th>
        <td data-label={names.leaves}>
          {leaves === null ? (
            <span class="hint">{sessionWords.value.untold}</span>
          ) : (
            moment(Date.parse(leaves), timeZone, minuteMs.value)
          )}
        </td>
        <td class="is-number" data-label={names.needs}>
          {plan === undefined ? '–' : energy(plan.needsWh)}
        </td>
        <td class="is-number" data-label={names.gets}>
          {plan === undefined ? '–' : energy(plan.plannedWh)}
        </td>
        <td data-label={names.lacks}>
          <span>
            <Lacks plan={plan} />
          </span>
        </td>
        {may('change sessions') && (
          <td>
            <WishButton evse={session.evse} isOpen={isOpen} />
          </td>
        )}
      </tr>
      {isOpen.value && (
        <tr>
          <td colSpan={6}>
            <WishForm session={session} timeZone={timeZone} isOpen={isOpen} onSaved={onSaved} />
          </td>
        </tr>
      )}
    </>
  );
}

function Lacks({ plan }: Pick<Car, 'plan'>): JSX.Element {
  const text = planWords.value;
  if (plan === undefined) return <span class="hint">{text.unplanned}</span>;
  if (plan.shortfallWh <= 0) return <>{text.enough}</>;
  return (
    <>
      <Icon name="attention" /> <strong>{energy(plan.shortfallWh)}</strong>{' '}
      <span class="hint">{shortfallText(plan)}</span>
    </>
  );
}

function shortfallText({ shortfallReason: why }: PlannedSession): string {
  const text = planWords.value.short;
  if (why === null) return '';
  const ofHours = (hours = 0): string => duration(hours * 3_600_000);
  switch (why.kind) {
    case 'not enough time':
      return text[why.kind](amps(why.maxAmps ?? 0), ofHours(why.neededHours), ofHours(why.leftHours));
    case 'circuit full':
      return text[why.kind](why.circuit ?? '');
    case 'area full':
      return text[why.kind](why.area ?? '');
    default:
      return why.kind satisfies never;
  }
}
