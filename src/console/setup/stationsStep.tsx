import type { JSX } from 'preact';
import type { SetupFactsBody } from '../../http/setup/setupBody.ts';
import { useAsked } from '../asked.ts';
import { TextField } from '../textField.tsx';
import { Choice } from './choice.tsx';
import { type CircuitDraft, change, draft, type EvseDraft, newEvse, nextKey, wiringsOf } from './draft.ts';
import type { DraftFaults } from './draftFaults.ts';
import { setupWords } from './setupWords.ts';
import { DraftField, StepForm } from './stepForm.tsx';

const factsEveryMs = 60_000;

/** The circuits below the main fuse, the EVSEs on them, and where their stations connect to. */
export function StationsStep(): JSX.Element {
  const text = setupWords.value;
  const { body: facts } = useAsked<SetupFactsBody>('/setup', factsEveryMs);
  const [address] = facts.value?.addresses ?? [];
  if (draft.value.stationHost === '' && address !== undefined) change({ stationHost: address });
  return (
    <StepForm step="stations" title={text.steps.stations}>
      {(faults) => (
        <>
          <Circuits faults={faults} />
          <Evses faults={faults} />
          <h3>{text.reach}</h3>
          <div class="fields">
            <DraftField
              of="stationHost"
              label={text.host}
              hint={text.hostHint}
              list="setup-hosts"
              faults={faults}
            />
            <DraftField of="stationPort" label={text.port} isNumber faults={faults} />
          </div>
          <datalist id="setup-hosts">
            {(facts.value?.addresses ?? []).map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      )}
    </StepForm>
  );
}

function Circuits({ faults }: { readonly faults: DraftFaults }): JSX.Element {
  const text = setupWords.value;
  const { circuits } = draft.value;
  const set = (key: number, to: Partial<CircuitDraft>): void =>
    change({ circuits: circuits.map((each) => (each.key === key ? { ...each, ...to } : each)) });
  const remove = (key: number): void =>
    change({
      circuits: circuits.filter((each) => each.key !== key),
      evses: draft.value.evses.map((evse) =>
        evse.circuit === String(key) ? { ...evse, circuit: '' } : evse,
      ),
    });
  return (
    <>
      <h3>{text.circuits}</h3>
      <p class="hint">{text.circuitsHint}</p>
      {circuits.map(({ key, id, breakerAmps }, index) => (
        <fieldset key={key} class="setup-row">
          <legend>
            {text.circuit} {id}
          </legend>
          <Row
            name={`circuits/${index}/id`}
            label={text.circuitName}
            value={id}
            faults={faults}
            onType={(to) => set(key, { id: to })}
          />
          <Row
            name={`circuits/${index}/breakerAmps`}
            label={text.circuitBreaker}
            value={breakerAmps}
            isNumber
            faults={faults}
            onType={(to) => set(key, { breakerAmps: to })}
          />
          <button
            type="button"
            aria-label={`${text.remove}: ${text.circuit} ${id}`}
            onClick={() => remove(key)}
          >
            {text.remove}
          </button>
        </fieldset>
      ))}
      <div class="actions">
        <button
          type="button"
          onClick={() => change({ circuits: [...circuits, { key: nextKey(), id: '', breakerAmps: '' }] })}
        >
          {text.addCircuit}
        </button>
      </div>
    </>
  );
}

function Evses({ faults }: { readonly faults: DraftFaults }): JSX.Element {
  const text = setupWords.value;
  const { evses } = draft.value;
  return (
    <>
      <h3>{text.evses}</h3>
      <p class="hint">{text.evsesHint}</p>
      {evses.map((evse, index) => (
        <EvseRow key={evse.key} evse={evse} index={index} faults={faults} />
      ))}
      <p class="hint">{text.rotationHint}</p>
      <div class="actions">
        <button
          type="button"
          onClick={() => {
            const last = evses.at(-1);
            const fresh = newEvse(nextKey(), wiringsOf(draft.value)[0] ?? 'L1');
            // The next is usually like the last one.
            const like = last && { circuit: last.circuit, maxAmps: last.maxAmps };
            change({ evses: [...evses, { ...fresh, ...like }] });
          }}
        >
          {text.addEvse}
        </button>
      </div>
    </>
  );
}

interface EvseRowProps {
  readonly evse: EvseDraft;
  readonly index: number;
  readonly faults: DraftFaults;
}

function EvseRow({ evse, index, faults }: EvseRowProps): JSX.Element {
  const text = setupWords.value;
  const { circuits, evses } = draft.value;
  const set = (to: Partial<EvseDraft>): void =>
    change({ evses: evses.map((each) => (each.key === evse.key ? { ...each, ...to } : each)) });
  const field = (key: 'id' | 'station' | 'evse' | 'maxAmps', label: string): JSX.Element => (
    <Row
      name={`evses/${index}/${key}`}
      label={label}
      value={evse[key]}
      isNumber={key === 'evse' || key === 'maxAmps'}
      faults={faults}
      onType={(to) => set({ [key]: to })}
    />
  );
  return (
    <fieldset class="setup-row">
      <legend>{text.evse(evse.id)}</legend>
      {field('id', text.evseName)}
      {field('station', text.station)}
      {field('evse', text.evseNumber)}
      {circuits.length > 0 && (
        <Choice
          id={`evses/${index}/circuit`}
          label={text.on}
          value={evse.circuit}
          options={[['', text.root], ...circuits.map(({ key, id }) => [String(key), id] as const)]}
          onChoose={(circuit) => set({ circuit })}
        />
      )}
      <Choice
        id={`evses/${index}/phases`}
        label={text.wiring}
        value={evse.phases}
        options={wiringsOf(draft.value).map((each) => [each, each] as const)}
        onChoose={(phases) => set({ phases })}
      />
      {field('maxAmps', text.maxAmps)}
      {evses.length > 1 && (
        <button
          type="button"
          aria-label={`${text.remove}: ${text.evse(evse.id)}`}
          onClick={() => change({ evses: evses.filter(({ key }) => key !== evse.key) })}
        >
          {text.remove}
        </button>
      )}
    </fieldset>
  );
}

interface RowProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly isNumber?: boolean;
  readonly faults: DraftFaults;
  onType(value: string): void;
}

const Row = ({ name, label, value, isNumber = false, faults, onType }: RowProps): JSX.Element => (
  <TextField
    id={name}
    name={name}
    label={label}
    {...(isNumber && { inputMode: 'decimal' })}
    autocomplete="off"
    value={value}
    onInput={({ currentTarget }) => onType(currentTarget.value)}
    fault={faults[name]}
  />
);
