import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ask } from '../request.ts';
import { Choice } from './choice.tsx';
import { change, draft, type MeterKind, meterBodyOf, meterKinds, type Phase } from './draft.ts';
import { type DraftFaults, listenFaults } from './draftFaults.ts';
import { MeterLive } from './meterLive.tsx';
import { setupWords } from './setupWords.ts';
import { DraftField, StepForm } from './stepForm.tsx';

/** Which meter there is, what it says now, and whether that is so. */
export function MeterStep(): JSX.Element {
  const text = setupWords.value;
  const { kind } = draft.value;
  const isListening = useSignal(false);
  const own = useSignal<DraftFaults>({});
  const choose = (to: MeterKind): void => {
    isListening.value = false;
    change({ kind: to, topic: '', turned: [] });
  };
  return (
    <StepForm step="meter" title={text.steps.meter}>
      {(faults) => {
        const all = { ...faults, ...own.value };
        return (
          <>
            <Choice
              id="setup-kind"
              label={text.kind}
              value={kind}
              options={meterKinds.map((each) => [each, text.kinds[each]] as const)}
              onChoose={choose}
            />
            {kind !== 'none' && (
              <>
                <DraftField
                  of="url"
                  name="meter/broker/url"
                  label={text.url}
                  hint={text.urlHint}
                  faults={all}
                />
                <div class="fields">
                  <DraftField of="username" label={text.username} faults={all} />
                  <DraftField of="password" label={text.password} faults={all} />
                </div>
                <DraftField
                  of="topic"
                  name="meter/topic"
                  label={text.topics[kind]}
                  hint={text.topicHints[kind]}
                  faults={all}
                />
                <label class="check">
                  <input
                    type="checkbox"
                    checked={draft.value.hasGeneration}
                    onChange={({ currentTarget }) => change({ hasGeneration: currentTarget.checked })}
                  />
                  {text.hasGeneration}
                </label>
                <div class="actions">
                  <button
                    type="button"
                    onClick={async () => {
                      own.value = listenFaults(draft.value);
                      if (Object.keys(own.value).length > 0) return;
                      own.value = await listen();
                      isListening.value = Object.keys(own.value).length === 0;
                    }}
                  >
                    {text.listen}
                  </button>
                </div>
                {isListening.value ? (
                  <MeterLive onTurn={(turned) => void turnTo(turned)} />
                ) : (
                  <p class="hint">{text.unheard}</p>
                )}
              </>
            )}
            <DraftField
              of="backgroundAmps"
              label={text.background}
              hint={text.backgroundHint}
              isNumber
              faults={all}
            />
          </>
        );
      }}
    </StepForm>
  );
}

async function listen(): Promise<DraftFaults> {
  const { kind } = draft.value;
  if (kind === 'none') return {};
  const answer = await ask('PUT', '/setup/meter', meterBodyOf(draft.value, kind));
  if (answer.ok) return {};
  const { status, detail } = answer.problem;
  return { 'meter/topic': status === 0 ? setupWords.value.noAnswer : setupWords.value.refused(detail) };
}

async function turnTo(turned: readonly Phase[]): Promise<void> {
  change({ turned });
  await listen();
}
