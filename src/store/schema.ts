import type { ApiKeyTable, AuditTable, LoginTable, PersonTable } from './schemaPeople.ts';

/**
 * The tables as they are after the last migration, the same in SQLite and PostgreSQL.
 *
 * Instants are whole milliseconds since the epoch in `bigint` columns named `…_ms`: it is the domain's own unit,
 * it sorts and compares alike in both databases, and no driver or session time zone can shift it. Quantities are
 * `double precision`, which both databases return as the number that was stored. Ids are text.
 */
export interface Tables {
  counter: CounterTable;
  grid_limit: GridLimitTable;
  session: SessionTable;
  station: StationTable;
  evse_command: EvseCommandTable;
  station_transaction: StationTransactionTable;
  audit: AuditTable;
  site_stop: SiteStopTable;
  grid_connection: GridConnectionTable;
  grid_evidence: GridEvidenceTable;
  grid_states: GridStateTable;
  device: DeviceTable;
  grid_release: GridReleaseTable;
  price_series: PriceSeriesTable;
  plan_memory: PlanMemoryTable;
  station_password: StationPasswordTable;
  upstream_memory: UpstreamMemoryTable;
  upstream_message: UpstreamMessageTable;
  signed_meter_value: SignedMeterValueTable;
  token: TokenTable;
  station_command: StationCommandTable;
  station_fault: StationFaultTable;
  reservation: ReservationTable;
  roaming_partner: RoamingPartnerTable;
  roaming_object: RoamingObjectTable;
  booking_slot: BookingSlotTable;
  history_hour: HistoryHourTable;
  billed_month: BilledMonthTable;
  invoice_line: InvoiceLineTable;
  person: PersonTable;
  api_key: ApiKeyTable;
  login: LoginTable;
}

/** Numbers that only rise and must survive us. */
interface CounterTable {
  name: string;
  value: number;
}

/** Append-only in spirit: a limit that was lifted keeps its row, with when and by whom. */
export interface GridLimitTable {
  id: string;
  /** Either site and circuit are set, or area. */
  site_id: string | null;
  circuit_id: string | null;
  area_id: string | null;
  /** Either amps per phase, or watts over the phases. */
  limit_amps: number | null;
  limit_watts: number | null;
  /** JSON, amps per phase with null where it says nothing: in the place of the two above. */
  limit_phase_amps: string | null;
  /** JSON, what a connection of a grid operator said beside the number; null for a limit that stands for itself. */
  terms: string | null;
  source: string;
  set_by: string;
  reason: string;
  from_ms: number;
  until_ms: number | null;
  created_at_ms: number;
  ended_at_ms: number | null;
  ended_by: string | null;
}

export interface SessionTable {
  id: string;
  evse_id: string;
  station_id: string;
  transaction_id: string;
  token_id: string | null;
  state: string;
  started_at_ms: number;
  ended_at_ms: number | null;
  end_reason: string | null;
  energy_wh: number;
  wanted_energy_wh: number | null;
  departure_at_ms: number | null;
  priority: number | null;
  /** See `ProfileType` of domain/roaming/token.ts. */
  profile: string | null;
  /** JSON, a list. This and the next three are null in what was stored before the history of sessions was kept. */
  marks: string | null;
  meter_start_wh: number | null;
  meter_stop_wh: number | null;
  /** JSON: see domain/sessionRecord.ts. */
  story: string | null;
}

/** Word for word as the station sent it. One for each quarter of an hour and context: the first that came. */
export interface SignedMeterValueTable {
  session_id: string;
  slot: string;
  at_ms: number;
  context: string | null;
  data: string;
  signing_method: string | null;
  encoding_method: string | null;
  public_key: string | null;
}

/** A driver's token: see domain/token.ts. `key` is what it is found by, whatever its spelling. */
export interface TokenTable {
  key: string;
  token_id: string;
  type: string | null;
  group_id: string | null;
  /** 0 or 1. */
  is_blocked: number;
  expires_at_ms: number | null;
  /** JSON, ids; none: everywhere. */
  sites: string;
  note: string;
  set_at_ms: number;
  set_by: string;
}

export interface StationTable {
  id: string;
  protocol: string | null;
  /** Vendor and model are both set once the station booted. */
  vendor: string | null;
  model: string | null;
  serial_number: string | null;
  firmware: string | null;
  last_seen_at_ms: number;
}

/** What may be in force at an EVSE after a restart: see commands.ts. The four lease columns are set together. */
export interface EvseCommandTable {
  evse_id: string;
  standing_amps: number | null;
  setpoint_amps: number | null;
  tail_amps: number | null;
  sent_at_ms: number | null;
  lease_ms: number | null;
  /** A charge that is to begin again, as JSON. */
  interrupted: string | null;
}

/** OCPP 1.6 wants the central system to number transactions. Unique but for `number`: the same start, the same number. */
interface StationTransactionTable {
  number: number;
  station_id: string;
  evse_number: number;
  started_at_ms: number;
  meter_start_wh: number;
  token_id: string;
}

/** What a connection to a grid operator must remember over a restart: see gridStates.ts. */
interface GridStateTable {
  connection_id: string;
  name: string;
  /** JSON. */
  document: string;
}

/** What a station taught: see devices.ts. */
interface DeviceTable {
  station_id: string;
  /** JSON. */
  document: string;
}

/** A row for each limit that holds, or is being let go: see gridReleases.ts. */
interface GridReleaseTable {
  node: string;
  key: string;
  /** JSON. */
  document: string;
}

/** A row for each site that is stopped now: it is gone when the site is released. The audit keeps the history. */
export interface SiteStopTable {
  site_id: string;
  at_ms: number;
  stopped_by: string;
  reason: string;
}

/** Where a connection to a grid operator stood last. */
export interface GridConnectionTable {
  id: string;
  phase: string;
  since_ms: number;
  heard_at_ms: number | null;
  alive_until_ms: number | null;
}

/** Append-only and chained: each row's hash covers the row and the hash before it. */
export interface GridEvidenceTable {
  sequence: number;
  at_ms: number;
  kind: string;
  connection_id: string;
  /** The circuit or area. */
  node: string | null;
  external_id: string | null;
  /** JSON. */
  body: string;
  previous_hash: string;
  hash: string;
}

/** The prices last told for a site, replaced as a whole. The audit keeps who told them. */
export interface PriceSeriesTable {
  site_id: string;
  currency: string;
  set_by: string;
  set_at_ms: number;
  /** JSON: [from_ms, until_ms, price per kWh as decimal text] of each period. */
  periods: string;
}

/** What the plan remembers of past hours, as JSON: see control/horizonMemory.ts. */
export interface PlanMemoryTable {
  key: string;
  value: string;
}

/** Passwords set over OCPP: see stationPasswords.ts. */
export interface StationPasswordTable {
  station_id: string;
  configured: string | null;
  /** JSON: an array of hashes, oldest first. */
  hashes: string;
}

/** What was asked of stations through the API. The three last columns are set together, when there is an answer. */
export interface StationCommandTable {
  sequence: number;
  station_id: string;
  at_ms: number;
  actor: string;
  command: string;
  /** JSON, without secrets. */
  request: string;
  outcome: string | null;
  /** JSON. */
  answer: string | null;
  answered_at_ms: number | null;
}

export interface StationFaultTable {
  id: string;
  station_id: string;
  evse_number: number;
  source: string;
  key: string;
  code: string;
  vendor_code: string | null;
  detail: string | null;
  severity: string;
  began_at_ms: number;
  ended_at_ms: number | null;
}

export interface ReservationTable {
  id: number;
  station_id: string;
  evse_number: number | null;
  token_id: string;
  group_token_id: string | null;
  expires_at_ms: number;
  made_by: string;
  made_at_ms: number;
  state: string;
  ended_at_ms: number | null;
}

/** What the own CSMS of a station has set, JSON: see upstream.ts. */
interface UpstreamMemoryTable {
  station_id: string;
  document: string;
}

/** What it is still to be told, JSON, in the order of `sequence`. */
interface UpstreamMessageTable {
  station_id: string;
  sequence: number;
  document: string;
}

/** A platform that speaks OCPI with us, JSON: see partners.ts. */
interface RoamingPartnerTable {
  id: string;
  document: string;
}

/** What is told to partners or came from them: see domain/roaming/partner.ts, `RoamingObject`. */
export interface RoamingObjectTable {
  kind: string;
  /** Empty for what is our own. */
  partner_id: string;
  id: string;
  alias: string;
  created_at_ms: number;
  last_updated_ms: number;
  /** 0 or 1. */
  is_due: number;
  /** Of a booking. */
  site_id: string | null;
  starts_at_ms: number | null;
  /** JSON. */
  document: string;
}

/** Five minutes of an EVSE that somebody has booked. */
interface BookingSlotTable {
  evse_id: string;
  start_ms: number;
  /** Of the `roaming_object`. */
  booking_id: string;
}

/** A month of a retailer's bills, JSON: see invoices.ts. */
interface BilledMonthTable {
  month: string;
  document: string;
}

/** One CDR on a bill. Keys name a CDR among those of all parties. */
export interface InvoiceLineTable {
  cdr_key: string;
  credits_key: string | null;
  month: string;
  contract_id: string;
  /** JSON. */
  document: string;
}

/** One hour of a series of minutes: see historyHour.ts for the body. */
export interface HistoryHourTable {
  site_id: string;
  kind: string;
  series_id: string;
  hour_ms: number;
  body: string;
}
