import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { VerificationBody } from '../../http/chainBody.ts';
import { number } from '../format.ts';
import { Icon } from '../icons.tsx';
import { ask } from '../request.ts';
import { auditWords } from './auditWords.ts';

/** Has the server compute the chain of hashes again. */
export function ChainCheck(): JSX.Element {
  const text = auditWords.value;
  const verdict = useSignal<VerificationBody | undefined>(undefined);
  const fault = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const check = async (): Promise<void> => {
    isBusy.value = true;
    const answer = await ask<VerificationBody>('GET', '/audit/verification');
    isBusy.value = false;
    verdict.value = answer.ok ? answer.body : undefined;
    fault.value = answer.ok ? undefined : text.refused(answer.problem.detail);
  };
  return (
    <section class="card audit-chain" aria-labelledby="chain-title">
      <h2 id="chain-title">{text.chain}</h2>
      <p class="hint">{text.chainHint}</p>
      <button type="button" aria-busy={isBusy.value} onClick={() => !isBusy.value && void check()}>
        {isBusy.value ? text.checking : text.check}
      </button>
      <div role="status">
        {verdict.value !== undefined && <Verdict verdict={verdict.value} />}
        {fault.value !== undefined && <p class="fault">{fault.value}</p>}
      </div>
    </section>
  );
}

function Verdict({ verdict }: { readonly verdict: VerificationBody }): JSX.Element {
  const text = auditWords.value;
  const { isWhole, records, lastHash, brokenAt, why } = verdict;
  if (!isWhole)
    return (
      <p class="fault">
        <Icon name="attention" /> {text.broken(String(brokenAt), why ?? '')}
      </p>
    );
  return (
    <>
      <p class="whole">
        <Icon name="normal" /> {text.whole(number(records, 0))}
      </p>
      <p class="hint">{text.lastHash}</p>
      <code>{lastHash}</code>
    </>
  );
}
