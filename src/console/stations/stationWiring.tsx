import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EvseWiringBody } from '../../http/stationWiringBody.ts';
import { useAsked } from '../asked.ts';
import { number } from '../format.ts';
import { Icon } from '../icons.tsx';
import { may } from '../me.ts';
import { ask } from '../request.ts';
import { Sure } from '../sure.tsx';
import { stationWords } from './stationWords.ts';

const everyMs = 10_000;
/** Of a conductor that is known although the others are not. */
const sureOfOne = 0.99;

/** How the EVSEs of a station are wired, as their steps showed on the meter, against what the config says. */
export function StationWiring({ id }: { readonly id: string }): JSX.Element | null {
  const text = stationWords.value.wiring;
  const path = `/stations/${encodeURIComponent(id)}/wiring`;
  const { body } = useAsked<readonly EvseWiringBody[]>(path, everyMs);
  if (body.value === undefined) return null;
  return (
    <section class="card" aria-labelledby="wiring-title">
      <h2 id="wiring-title">{text.title}</h2>
      <p class="hint">{text.hint}</p>
      <ul class="entries">
        {body.value.map((wiring) => (
          <Wiring key={wiring.evse} path={path} wiring={wiring} />
        ))}
      </ul>
    </section>
  );
}

interface WiringProps {
  readonly path: string;
  readonly wiring: EvseWiringBody;
}

function Wiring({ path, wiring }: WiringProps): JSX.Element {
  const text = stationWords.value.wiring;
  const { evse, configured, measured, isSure, steps } = wiring;
  const isOther = isSure && measured?.join() !== configured.join();
  return (
    <li class={isOther ? 'is-lasting is-error' : ''}>
      <span class="entry-what">
        {isOther && <Icon name="attention" />} <strong>{evse}</strong> {verdictOf(wiring)}
      </span>
      <span class="entry-when">{measured !== null && text.steps(steps)}</span>
      <span class="hint">
        {text.configured(configured.join(' '))}
        {isOther && ` · ${text.danger}`}
      </span>
      {isOther && measured !== null && <Confirm path={path} evse={evse} phases={measured} />}
    </li>
  );
}

function verdictOf({ configured, measured, confidence, conductors, isSure }: EvseWiringBody): string {
  const text = stationWords.value.wiring;
  if (measured === null) return text.unknown;
  const phases = measured.join(' ');
  if (isSure) return phases === configured.join(' ') ? text.right : text.differs(phases);
  const known = measured.flatMap((phase, index) =>
    (conductors[index] ?? 0) >= sureOfOne ? text.part(index + 1, phase) : [],
  );
  return [text.likely(phases, `${number(100 * confidence, 0)} %`), ...known].join(' · ');
}

interface ConfirmProps {
  readonly path: string;
  readonly evse: string;
  readonly phases: readonly string[];
}

/** Nothing is taken over by itself: what was measured may be right, and the meter's own phases exchanged. */
function Confirm({ path, evse, phases }: ConfirmProps): JSX.Element {
  const text = stationWords.value.wiring;
  const said = useSignal('');
  if (!may('configure stations')) return <span class="hint">{text.byHand}</span>;
  const write = async (): Promise<void> => {
    const answer = await ask<{ readonly file: string }>('PUT', path, { evse, phases });
    said.value = answer.ok ? text.written(answer.body.file) : text.refused(answer.problem.detail);
  };
  return (
    <>
      <Sure
        name={text.confirm(phases.join(' '))}
        about={evse}
        sure={text.sure}
        keep={text.keep}
        onSure={() => void write()}
      />
      <span role="status">{said.value}</span>
    </>
  );
}
