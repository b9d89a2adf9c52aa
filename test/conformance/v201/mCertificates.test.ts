import { contracts } from '../v2/contracts.ts';

contracts('ocpp2.0.1');
