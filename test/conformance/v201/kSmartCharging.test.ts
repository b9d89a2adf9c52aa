import { carSchedules } from '../v2/carSchedules.ts';
import { chargingProfiles } from '../v2/chargingProfiles.ts';
import { externalLimits } from '../v2/externalLimits.ts';

chargingProfiles('ocpp2.0.1');
externalLimits('ocpp2.0.1');
carSchedules('ocpp2.0.1');
