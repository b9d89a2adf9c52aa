import type { Coordinates } from '../../domain/roaming/location.ts';
import { object, required } from '../codec.ts';
import { oneOf, text } from '../values.ts';

// The specification's patterns have no anchors; without them they would accept anything around a number.
export const coordinates = object<Coordinates>({
  latitude: required('latitude', text(10, '^-?[0-9]{1,2}\\.[0-9]{5,7}$')),
  longitude: required('longitude', text(11, '^-?[0-9]{1,3}\\.[0-9]{5,7}$')),
});

export const connectorFormat = oneOf(['SOCKET', 'CABLE']);

export const powerType = oneOf(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC']);

/** What 2.2.1 knows. */
export const connectorStandards: readonly string[] = [
  'CHADEMO',
  'CHAOJI',
  'DOMESTIC_A',
  'DOMESTIC_B',
  'DOMESTIC_C',
  'DOMESTIC_D',
  'DOMESTIC_E',
  'DOMESTIC_F',
  'DOMESTIC_G',
  'DOMESTIC_H',
  'DOMESTIC_I',
  'DOMESTIC_J',
  'DOMESTIC_K',
  'DOMESTIC_L',
  'DOMESTIC_M',
  'DOMESTIC_N',
  'DOMESTIC_O',
  'GBT_AC',
  'GBT_DC',
  'IEC_60309_2_single_16',
  'IEC_60309_2_three_16',
  'IEC_60309_2_three_32',
  'IEC_60309_2_three_64',
  'IEC_62196_T1',
  'IEC_62196_T1_COMBO',
  'IEC_62196_T2',
  'IEC_62196_T2_COMBO',
  'IEC_62196_T3A',
  'IEC_62196_T3C',
  'NEMA_5_20',
  'NEMA_6_30',
  'NEMA_6_50',
  'NEMA_10_30',
  'NEMA_10_50',
  'NEMA_14_30',
  'NEMA_14_50',
  'PANTOGRAPH_BOTTOM_UP',
  'PANTOGRAPH_TOP_DOWN',
  'TESLA_R',
  'TESLA_S',
];
