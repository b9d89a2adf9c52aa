import type { JSX } from 'preact';
import { Brand } from '../brand.tsx';
import { Preferences } from '../preferencesMenu.tsx';
import { CheckStep } from './checkStep.tsx';
import { ConnectStep } from './connectStep.tsx';
import { type Step, steps } from './draft.ts';
import { MeterStep } from './meterStep.tsx';
import { step } from './progress.ts';
import { setupWords } from './setupWords.ts';
import { SiteStep } from './siteStep.tsx';
import { StationsStep } from './stationsStep.tsx';

/** The first start: from an empty folder to a site that is kept under its limits. */
export function Wizard(): JSX.Element {
  const text = setupWords.value;
  return (
    <>
      <header class="top">
        <span class="brand">
          <Brand />
        </span>
        <span class="setup-space" />
        <Preferences />
      </header>
      <main class="setup">
        <div>
          <h1>{text.title}</h1>
          <p class="hint">{text.lead}</p>
        </div>
        <Progress />
        <Current at={step.value} />
      </main>
    </>
  );
}

function Progress(): JSX.Element {
  const text = setupWords.value;
  const at = steps.indexOf(step.value);
  return (
    <nav aria-label={text.step(at + 1, steps.length)}>
      <ol class="setup-steps">
        {steps.map((each, index) => (
          <li
            key={each}
            class={index < at ? 'is-done' : undefined}
            aria-current={index === at ? 'step' : undefined}
          >
            <span aria-hidden="true">{index < at ? '✓' : index + 1}</span>
            {text.steps[each]}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Current({ at }: { readonly at: Step }): JSX.Element {
  switch (at) {
    case 'site':
      return <SiteStep />;
    case 'meter':
      return <MeterStep />;
    case 'stations':
      return <StationsStep />;
    case 'check':
      return <CheckStep />;
    case 'connect':
      return <ConnectStep />;
    default:
      return at satisfies never;
  }
}
