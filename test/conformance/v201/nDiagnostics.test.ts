import { diagnostics } from '../v2/diagnostics.ts';

diagnostics('ocpp2.0.1');
