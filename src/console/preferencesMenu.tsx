import type { JSX } from 'preact';
import { Icon } from './icons.tsx';
import { words } from './language.ts';
import { language, type Theme, theme } from './preferences.ts';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Language and appearance. */
export function Preferences(): JSX.Element {
  const text = words.value;
  return (
    <details class="preferences">
      <summary>
        <Icon name="settings" />
        <span class="unseen">{text.settings}</span>
      </summary>
      <div class="card">
        <label class="field">
          <span>{text.theme}</span>
          <select
            value={theme.value}
            onChange={({ currentTarget }) => {
              theme.value = themes.find((each) => each === currentTarget.value) ?? 'system';
            }}
          >
            {themes.map((each) => (
              <option key={each} value={each}>
                {text.themes[each]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{text.language}</span>
          <select
            value={language.value}
            onChange={({ currentTarget }) => {
              language.value = currentTarget.value === 'sv' ? 'sv' : 'en';
            }}
          >
            <option value="sv">Svenska</option>
            <option value="en">English</option>
          </select>
        </label>
      </div>
    </details>
  );
}
