import { remoteControl } from '../v2/remoteControl.ts';

remoteControl('ocpp2.1');
