import { describe, expect, it } from 'vitest';
import { listOf, partial } from '../../src/ocpi/codec.ts';
import { envelope } from '../../src/ocpi/envelope.ts';
import { displayText } from '../../src/ocpi/objects/common.ts';
import { openingTimes } from '../../src/ocpi/objects/location.ts';
import { offeredVersions, versionDetails } from '../../src/ocpi/objects/partner.ts';
import { cdr as cdr221 } from '../../src/ocpi/v221/cdr.ts';
import { credentials as credentials221 } from '../../src/ocpi/v221/credentials.ts';
import {
  connector as connector221,
  evse as evse221,
  location as location221,
} from '../../src/ocpi/v221/location.ts';
import { session as session221 } from '../../src/ocpi/v221/session.ts';
import { tariff as tariff221 } from '../../src/ocpi/v221/tariff.ts';
import { token as token221 } from '../../src/ocpi/v221/token.ts';
import { booking, bookingLocation, bookingRequest, calendar } from '../../src/ocpi/v230/booking.ts';
import { cdr as cdr230 } from '../../src/ocpi/v230/cdr.ts';
import { credentials as credentials230 } from '../../src/ocpi/v230/credentials.ts';
import {
  connector as connector230,
  evse as evse230,
  location as location230,
} from '../../src/ocpi/v230/location.ts';
import { financialAdviceConfirmation, terminal } from '../../src/ocpi/v230/payment.ts';
import { session as session230 } from '../../src/ocpi/v230/session.ts';
import { tariff as tariff230 } from '../../src/ocpi/v230/tariff.ts';
import { token as token230 } from '../../src/ocpi/v230/token.ts';
import {
  type Erratum,
  type ExampleKind,
  example,
  exampleFiles,
  hasExamples,
  translation,
} from './specExamples.ts';

const shared: readonly ExampleKind[] = [
  [/^type_displaytext/, translation(displayText)],
  [/^location_hours/, translation(openingTimes)],
  [/^transport_and_format_version_info/, translation(envelope(offeredVersions))],
  [/^transport_and_format_version_details/, translation(envelope(versionDetails))],
  [/^versions_info/, translation(offeredVersions)],
  [/^version_details/, translation(versionDetails)],
];

const kinds221: readonly ExampleKind[] = [
  [/^tariff/, translation(tariff221)],
  [/^cdr/, translation(cdr221)],
  [/^session_example/, translation(session221)],
  [/^session_patch/, translation(partial(session221))],
  [/^location_example/, translation(location221)],
  [/^location_patch_example_location/, translation(partial(location221))],
  [/^location_patch_example_(status|remove_evse)/, translation(partial(evse221))],
  [/^location_patch_example_tariff/, translation(partial(connector221))],
  [/^location_put_example_add_evse/, translation(evse221)],
  [/^location_(energymix|regularhours)/, translation(partial(location221))],
  [/^token_(example|put)/, translation(token221)],
  [/^token_patch/, translation(partial(token221))],
  [/^credentials/, translation(credentials221)],
  [/^transport_and_format_get_token_example/, translation(envelope(token221))],
  [/^transport_and_format_get_token_list/, translation(envelope(listOf(token221)))],
  ...shared,
];
const kinds230: readonly ExampleKind[] = [
  [/^tariff/, translation(tariff230)],
  [/^cdr/, translation(cdr230)],
  [/^session_example/, translation(session230)],
  [/^session_patch/, translation(partial(session230))],
  [/^location_example/, translation(location230)],
  [/^location_patch_example_location/, translation(partial(location230))],
  [/^location_patch_example_(status|remove_evse)/, translation(partial(evse230))],
  [/^location_patch_example_tariff/, translation(partial(connector230))],
  [/^location_put_example_add_evse/, translation(evse230)],
  [/^location_(energymix|regularhours)/, translation(partial(location230))],
  [/^token_(example|put)/, translation(token230)],
  [/^token_patch/, translation(partial(token230))],
  [/^credentials/, translation(credentials230)],
  [/^transport_and_format_get_token_example/, translation(envelope(token230))],
  [/^transport_and_format_get_token_list/, translation(envelope(listOf(token230)))],
  ...shared,
];

const kindsOfPayments: readonly ExampleKind[] = [
  [/^payment_financial/, translation(financialAdviceConfirmation)],
  [/^payment_terminal_(location_assignment|put_update)/, translation(partial(terminal))],
  [/^payment_terminal/, translation(terminal)],
];

const kindsOfBookings: readonly ExampleKind[] = [
  [/^booking_example/, translation(booking)],
  [/^booking_patch/, translation(partial(booking))],
  [/^booking_location_example/, translation(bookingLocation)],
  [/^booking_location_patch_example_terms/, translation(partial(bookingLocation))],
  [/^booking_location_patch_example_calendar/, translation(partial(calendar))],
  [/^booking_request_patch/, translation(partial(bookingRequest))],
];

const errata221: readonly Erratum[] = [
  {
    files: /^tariff_put_example/,
    why: 'has no last_updated, which is required',
    expected: { refused: /lacks the key \\"last_updated\\"/ },
  },
  {
    files: /^location_put_example_add_evse/,
    why: 'has a connector without power_type, voltage and amperage, and numbers where text is due',
    expected: { refused: /lacks the key \\"power_type\\"/ },
  },
];

const errata230: readonly Erratum[] = [
  ...errata221,
  {
    files: /^cdr_example/,
    why: 'embeds a tariff without tax_included, which is required: its prices are read as 2.2.1 had them',
    expected: {
      meant: (wire: { readonly tariffs?: readonly object[] }) => ({
        ...wire,
        tariffs: wire.tariffs?.map((each) => ({ ...each, tax_included: 'NO' })),
      }),
    },
  },
];

const taxesOf = (net: number, tax: number) => ({
  before_taxes: net,
  taxes: [{ name: 'VAT', amount: tax }],
});

const errataOfPayments: readonly Erratum[] = [
  {
    files: /^payment_terminal_create_minimal/,
    why: 'has no last_updated, which is required',
    expected: { refused: /lacks the key \\"last_updated\\"/ },
  },
  {
    files: /^payment_terminal_(create|example_newly_created)\.json/,
    why: 'tells an empty list, which means as much as none',
    expected: {
      meant: (wire: { readonly location_ids?: unknown }) => {
        const { location_ids: _empty, ...rest } = wire;
        return rest;
      },
    },
  },
  {
    files: /^payment_financial.*(create|success)/,
    why: 'tells its costs as 2.2.1 does',
    expected: { meant: (wire) => ({ ...wire, total_costs: taxesOf(4, 0.4) }) },
  },
  {
    files: /^payment_financial.*failure/,
    why: 'tells its costs as 2.2.1 does, and has no eft_data, which is required',
    expected: { meant: (wire) => ({ ...wire, total_costs: taxesOf(0, 0) }) },
  },
];

const withoutKey = (name: string) => (wire: object) =>
  Object.fromEntries(Object.entries(wire).filter(([key]) => key !== name));

const errataOfBookings: readonly Erratum[] = [
  {
    files: /^booking_example/,
    why: 'has parties of five characters, which have three',
    expected: { refused: /party_id/ },
  },
  {
    files: /^booking_location_example/,
    why: 'has days that end at 23:59:99, and one evse_position where a list is due',
    expected: { refused: /evse_position|end_before/ },
  },
  {
    files: /^booking_location_patch_example_terms/,
    why: 'tells a part of its terms, of which the rest is required',
    expected: { refused: /supported_access_methods/ },
  },
  {
    files: /^booking_location_patch_example_calendar/,
    why: 'has names that end with a space',
    expected: { refused: /start_date_time/ },
  },
  {
    files: /^booking_patch_example_evse_uid/,
    why: 'tells the EVSE beside the booking_option that holds it',
    expected: { meant: withoutKey('evse_uid') },
  },
  {
    files: /^booking_request_patch.*timeslot/,
    why: 'is of a method that there is no more, and tells a timeslot that a request has not',
    expected: { meant: () => ({}) },
  },
  {
    files: /^booking_request_patch.*tokens/,
    why: 'is of a method that there is no more, and tells a last_updated that a request has not',
    expected: { meant: withoutKey('last_updated') },
  },
];

describe.skipIf(!hasExamples).each([
  ['2.2.1-examples', kinds221, errata221],
  ['2.3.0-examples', kinds230, errata230],
  ['2.3.0-payments-examples', kindsOfPayments, errataOfPayments],
  ['2.3.0-bookings-examples', kindsOfBookings, errataOfBookings],
] as const)("the specification's example, %s", (folder, kinds, wrong) => {
  const known = exampleFiles(folder).flatMap((file) => {
    const kind = kinds.find(([files]) => files.test(file));
    return kind === undefined ? [] : [{ file, translate: kind[1], wire: example(folder, file) }];
  });
  const erratumOf = (file: string): Erratum | undefined => wrong.find(({ files }) => files.test(file));

  it('is known to us, whichever it is', () => {
    expect(known.map(({ file }) => file)).toEqual(exampleFiles(folder));
  });

  it.each(known.filter(({ file }) => erratumOf(file) === undefined))(
    'comes out as it went in: $file',
    ({ wire, translate }) => {
      expect(translate(wire)).toEqual(wire);
      // What we write is valid by our own schemas too.
      expect(translate(translate(wire))).toEqual(wire);
    },
  );

  it.each(
    known.flatMap((each) => {
      const erratum = erratumOf(each.file);
      return erratum === undefined ? [] : [{ ...each, ...erratum }];
    }),
  )('is known to be wrong: $file $why', ({ wire, translate, expected }) => {
    if ('refused' in expected) expect(() => translate(wire)).toThrow(expected.refused);
    else expect(translate(wire)).toEqual(expected.meant(Object(wire)));
  });
});
