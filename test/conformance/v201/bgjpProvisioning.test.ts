import { provisioning } from '../v2/provisioning.ts';

provisioning('ocpp2.0.1');
