import type { Cdr } from '../../domain/roaming/cdr.ts';
import { object } from '../codec.ts';
import { cdrFields } from '../objects/cdr.ts';
import { dialect } from './dialect.ts';
import { tariff } from './tariff.ts';

export const cdr = object<Cdr>(cdrFields(dialect, tariff));
