import { localLists } from '../v2/localLists.ts';

localLists('ocpp2.1');
