import { publishedSchemas } from '../schemas.ts';

export const schemas = publishedSchemas('ocpp2_1.json');
