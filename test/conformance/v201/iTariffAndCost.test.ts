import { costs } from '../v2/costs.ts';

costs('ocpp2.0.1');
