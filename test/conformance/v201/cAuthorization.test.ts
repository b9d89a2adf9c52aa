import { authorization } from '../v2/authorization.ts';

authorization('ocpp2.0.1');
