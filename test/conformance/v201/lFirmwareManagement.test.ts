import { firmwareManagement } from '../v2/firmware.ts';

firmwareManagement('ocpp2.0.1');
