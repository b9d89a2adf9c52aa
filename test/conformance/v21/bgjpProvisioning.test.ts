import { provisioning } from '../v2/provisioning.ts';

provisioning('ocpp2.1');
