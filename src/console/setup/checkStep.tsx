import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { DraftVerdictBody, SetupFactsBody, WrittenBody } from '../../http/setup/setupBody.ts';
import { useAsked } from '../asked.ts';
import { amps } from '../format.ts';
import { refusalText } from '../refusals.ts';
import { ask, type Problem } from '../request.ts';
import { bodyOf, draft } from './draft.ts';
import { faultsTold, go, stepOf, written } from './progress.ts';
import { setupWords } from './setupWords.ts';

const factsEveryMs = 60_000;

/** What the service makes of the draft, before anything is written. */
export function CheckStep(): JSX.Element {
  const text = setupWords.value;
  const verdict = useSignal<DraftVerdictBody | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const isBusy = useSignal(false);
  const { body: facts } = useAsked<SetupFactsBody>('/setup', factsEveryMs);
  useEffect(() => {
    void ask<DraftVerdictBody>('POST', '/setup/check', bodyOf(draft.peek())).then((answer) => {
      if (answer.ok) verdict.value = answer.body;
      else problem.value = answer.problem;
    });
  }, []);
  const write = async (): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = undefined;
    const answer = await ask<WrittenBody>('POST', '/setup', bodyOf(draft.peek()));
    isBusy.value = false;
    if (!answer.ok) {
      problem.value = answer.problem;
      return;
    }
    written.value = answer.body;
    go('connect');
  };
  const faults = verdict.value?.faults ?? [];
  return (
    <section class="card setup-step" aria-labelledby="step-title">
      <h2 id="step-title" tabIndex={-1}>
        {text.checkTitle}
      </h2>
      {verdict.value === undefined && problem.value === undefined && <p role="status">{text.checking}</p>}
      {problem.value !== undefined && <Refused problem={problem.value} />}
      {faults.length > 0 && <Faults faults={faults} />}
      {verdict.value?.report != null && <Report verdict={verdict.value} />}
      {facts.value !== undefined && <p class="hint">{text.file(facts.value.file)}</p>}
      <div class="actions">
        {verdict.value?.report != null && (
          <button type="button" class="primary" aria-busy={isBusy.value} onClick={() => void write()}>
            {isBusy.value ? text.writing : text.write}
          </button>
        )}
        <button type="button" onClick={() => go('stations')}>
          {text.back}
        </button>
      </div>
    </section>
  );
}

function Report({ verdict: { report, failsafeAmps } }: { readonly verdict: DraftVerdictBody }): JSX.Element {
  const text = setupWords.value;
  return (
    <>
      <p>
        <strong>{text.fits}</strong>{' '}
        {failsafeAmps === null || failsafeAmps === 0 ? text.failsafeNone : text.failsafe(amps(failsafeAmps))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, which the keyboard must reach. */}
      <pre class="setup-report" tabIndex={0}>
        {report}
      </pre>
    </>
  );
}

function Refused({ problem: { status, detail, field } }: { readonly problem: Problem }): JSX.Element {
  const text = setupWords.value;
  return (
    <div role="alert">
      <p class="fault">{status === 0 ? text.noAnswer : text.refused(detail)}</p>
      {field !== undefined && field !== '' && <Mend field={field} message={detail} />}
    </div>
  );
}

function Faults({ faults }: { readonly faults: DraftVerdictBody['faults'] }): JSX.Element {
  const text = setupWords.value;
  return (
    <div role="alert">
      <p class="fault">{text.faulty}</p>
      <ul class="setup-faults">
        {faults.map((fault) => {
          const { field, message } = fault;
          const told = refusalText(fault) ?? message;
          return (
            <li key={`${field} ${message}`}>
              {told} {field !== '' && <Mend field={field} message={told} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Back to the field, which says what is wrong with it. */
const Mend = ({ field, message }: { readonly field: string; readonly message: string }): JSX.Element => (
  <button
    type="button"
    onClick={() => {
      faultsTold.value = { [field]: message };
      go(stepOf(field));
    }}
  >
    {setupWords.value.mend}
  </button>
);
