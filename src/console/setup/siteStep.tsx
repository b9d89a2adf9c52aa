import type { JSX } from 'preact';
import { Choice } from './choice.tsx';
import { change, draft } from './draft.ts';
import { setupWords } from './setupWords.ts';
import { DraftField, StepForm } from './stepForm.tsx';

/** What the site is called, and what its main fuse carries. */
export function SiteStep(): JSX.Element {
  const text = setupWords.value;
  const { system, phaseCount } = draft.value;
  return (
    <StepForm step="site" title={text.steps.site}>
      {(faults) => (
        <>
          <DraftField of="name" label={text.name} hint={text.nameHint} faults={faults} />
          <DraftField
            of="breakerAmps"
            label={text.breaker}
            hint={text.breakerHint}
            isNumber
            faults={faults}
          />
          <Choice
            id="setup-system"
            label={text.system}
            value={system}
            options={[
              ['TN', text.systems.TN],
              ['IT', text.systems.IT],
            ]}
            // Without a neutral nothing can be connected to one line alone.
            onChoose={(to) => change({ system: to, ...(to === 'IT' && { phaseCount: '3' }) })}
          />
          {system === 'TN' && (
            <Choice
              id="setup-phases"
              label={text.phaseCount}
              value={phaseCount}
              options={[
                ['3', text.three],
                ['1', text.one],
              ]}
              onChoose={(to) => change({ phaseCount: to })}
            />
          )}
          <DraftField of="timeZone" label={text.timeZone} list="setup-zones" faults={faults} />
          <datalist id="setup-zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </StepForm>
  );
}
