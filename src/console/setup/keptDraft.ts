import { effect } from '@preact/signals';
import { draft, keepKeysAbove, type SiteTyped, type Step, steps } from './draft.ts';
import { faultsTold, step, written } from './progress.ts';
import { setupWords } from './setupWords.ts';

// What was typed lasts as long as the window: a page that is loaded again, by mistake or by the browser, begins where it was.

const place = 'lastvakt.setup';

/** Takes up what was typed before the page was loaded again, and keeps what is typed from now on. */
export function keepDraft(): void {
  takeUp();
  effect(() => {
    if (written.value !== undefined) {
      sessionStorage.removeItem(place);
      return;
    }
    // The password of the broker is not left lying in a browser.
    const { password, ...typed } = draft.value;
    const kept: Kept = { typed, step: step.value, hadPassword: password !== '' };
    sessionStorage.setItem(place, JSON.stringify(kept));
  });
}

interface Kept {
  readonly typed: Omit<SiteTyped, 'password'>;
  readonly step: Step;
  readonly hadPassword: boolean;
}

function takeUp(): void {
  const kept = read();
  if (kept === undefined) return;
  draft.value = { ...draft.value, ...kept.typed };
  keepKeysAbove([...kept.typed.circuits, ...kept.typed.evses]);
  const isBeyondMeter = steps.indexOf(kept.step) > steps.indexOf('meter');
  const lacksPassword = kept.hadPassword && isBeyondMeter;
  step.value = lacksPassword ? 'meter' : kept.step;
  if (kept.hadPassword) faultsTold.value = { password: setupWords.peek().passwordAgain };
}

/** undefined where there is none, or none that this page wrote. */
function read(): Kept | undefined {
  try {
    const kept: Partial<Kept> | null = JSON.parse(sessionStorage.getItem(place) ?? 'null');
    const { typed, step: at } = kept ?? {};
    const isStep = steps.some((each) => each === at && each !== 'connect');
    const isWhole = Object.entries(draft.peek()).every(
      ([name, value]) => name === 'password' || typeof value === typeof typed?.[name as keyof Kept['typed']],
    );
    // Every field is there and of its kind.
    return typed !== undefined && isStep && isWhole ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}
