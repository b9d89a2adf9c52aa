import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { HeardMeterBody } from '../../http/setup/setupBody.ts';
import { useAsked } from '../asked.ts';
import { amps, duration, kilowatts } from '../format.ts';
import { draft, type Phase, phasesOf } from './draft.ts';
import { type Flow, flowOf, type KettleStep, kettleStep, meanFlow } from './kettle.ts';
import { setupWords } from './setupWords.ts';

const everyMs = 1_000;
/** To begin a comparison from: what was told in the last seconds. */
const keptFlows = 5;

/** What the meter says, second by second, and whether its direction is right. */
export function MeterLive({ onTurn }: { onTurn(turned: readonly Phase[]): void }): JSX.Element {
  const text = setupWords.value;
  const { body, problem } = useAsked<HeardMeterBody>('/setup/meter', everyMs);
  return (
    <section class="setup-live" aria-labelledby="setup-live-title">
      <h3 id="setup-live-title">{text.listening}</h3>
      <p role="status">{problem.value === undefined ? wordsOf(body.value) : text.noAnswer}</p>
      {body.value !== undefined && body.value.ageS !== null && (
        <>
          <Phases heard={body.value} />
          <p class="hint">{text.signHint}</p>
          <Kettle heard={body.value} onTurn={onTurn} />
        </>
      )}
    </section>
  );
}

function wordsOf(heard: HeardMeterBody | undefined): string {
  const text = setupWords.value;
  if (heard === undefined) return text.connecting;
  const { isConnected, fault, topics, ageS, refused } = heard;
  if (!isConnected) return fault === null ? text.connecting : text.brokerAway(fault);
  const complaint = refused === null ? '' : ` ${text.refusedMessage(refused)}`;
  return (ageS === null ? text.silent(topics.join(', ')) : text.heard(duration(ageS * 1000))) + complaint;
}

function Phases({ heard }: { readonly heard: HeardMeterBody }): JSX.Element {
  const text = setupWords.value;
  const flow = flowOf(heard);
  return (
    <dl class="setup-phases">
      {phasesOf(draft.value).map((phase, index) => {
        const value = flow[index];
        const watts = heard.watts[index];
        const isFed = value !== undefined && value < -0.05;
        return (
          <div key={phase} class={isFed ? 'is-fed' : undefined}>
            <dt>{phase}</dt>
            <dd>
              {value === undefined ? (
                text.untold
              ) : (
                <>
                  <strong>{amps(Math.abs(value))}</strong> {isFed ? text.feeds : text.draws}
                  {watts !== null && watts !== undefined && <small>{kilowatts(Math.abs(watts))}</small>}
                </>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

interface KettleProps {
  readonly heard: HeardMeterBody;
  onTurn(turned: readonly Phase[]): void;
}

function Kettle({ heard, onTurn }: KettleProps): JSX.Element {
  const text = setupWords.value;
  const now = useSignal(heard);
  now.value = heard;
  const flows = useSignal<readonly Flow[]>([]);
  const before = useSignal<Flow | undefined>(undefined);
  const found = useSignal<KettleStep | undefined>(undefined);
  const flow = useComputed(() => flowOf(now.value));
  useSignalEffect(() => {
    const latest = flow.value;
    flows.value = [...flows.peek(), latest].slice(-keptFlows);
    const base = before.peek();
    if (base === undefined) return;
    const step = kettleStep(base, latest);
    if (step === undefined) return;
    found.value = step;
    before.value = undefined;
  });
  const { turned } = draft.value;
  return (
    <div class="setup-kettle">
      <h4>{text.kettleTitle}</h4>
      <p class="hint">{text.kettleHint}</p>
      <p role="status">
        {before.value !== undefined && text.kettleWaiting}
        {before.value === undefined && found.value !== undefined && stepText(found.value)}
      </p>
      <div class="actions">
        <button
          type="button"
          onClick={() => {
            found.value = undefined;
            before.value = before.value === undefined ? meanFlow(flows.value) : undefined;
          }}
        >
          {before.value === undefined ? text.kettleStart : text.kettleStop}
        </button>
        <Turning
          step={found.value}
          onTurn={(to) => {
            found.value = undefined;
            flows.value = [];
            onTurn(to);
          }}
        />
      </div>
      {turned.length > 0 && <p>{text.turned(turned.join(', '))}</p>}
    </div>
  );
}

function stepText({ phase, changeAmps }: KettleStep): string {
  const text = setupWords.value;
  return changeAmps > 0
    ? text.kettleRight(phase, amps(changeAmps))
    : text.kettleWrong(phase, amps(-changeAmps));
}

interface TurningProps {
  readonly step: KettleStep | undefined;
  onTurn(turned: readonly Phase[]): void;
}

function Turning({ step, onTurn }: TurningProps): JSX.Element {
  const text = setupWords.value;
  const { turned } = draft.value;
  return (
    <>
      {step !== undefined && step.changeAmps < 0 && (
        <button
          type="button"
          class="primary"
          onClick={() => {
            const { phase } = step;
            onTurn(turned.includes(phase) ? turned.filter((each) => each !== phase) : [...turned, phase]);
          }}
        >
          {text.turn(step.phase)}
        </button>
      )}
      {turned.length > 0 && (
        <button type="button" onClick={() => onTurn([])}>
          {text.unturn}
        </button>
      )}
    </>
  );
}
