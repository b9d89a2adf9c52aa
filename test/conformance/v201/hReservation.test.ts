import { reservations } from '../v2/reservations.ts';

reservations('ocpp2.0.1');
