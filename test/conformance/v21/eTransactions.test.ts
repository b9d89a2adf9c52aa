import { transactions } from '../v2/transactions.ts';

transactions('ocpp2.1');
