import { render } from 'preact';
import { followPreferences } from '../preferences.ts';
import { keepDraft } from './keptDraft.ts';
import { Wizard } from './wizard.tsx';

const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the first start');
followPreferences();
keepDraft();
render(<Wizard />, place);
