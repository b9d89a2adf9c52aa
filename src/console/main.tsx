import { render } from 'preact';
import { startLive } from './live.ts';
import { followMe } from './me.ts';
import { followPreferences } from './preferences.ts';
import { Shell } from './shell.tsx';

const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the console');
followPreferences();
startLive();
followMe();
render(<Shell />, place);
