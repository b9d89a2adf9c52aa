import { displayMessages } from '../v2/displayMessages.ts';

displayMessages('ocpp2.0.1');
