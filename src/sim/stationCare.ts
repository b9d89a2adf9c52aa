/** What a station holds and does besides charging. Plain values. */
export interface StationCare {
  /** EVSEs that an operator switched off. */
  readonly inoperative: readonly number[];
  readonly reservations: readonly HeldReservation[];
  /** 0 as long as nobody sent a list. */
  readonly listVersion: number;
  readonly listTokens: readonly string[];
  /** What goes on by itself and tells how far it is. */
  readonly jobs: readonly Job[];
}

export interface HeldReservation {
  readonly id: number;
  /** undefined: any EVSE. */
  readonly evseNumber: number | undefined;
  readonly token: string;
  readonly expiresAtMs: number;
}

export type JobKind = 'firmware' | 'log upload';

export interface Job {
  readonly kind: JobKind;
  /** undefined where the version gives none. */
  readonly requestId: number | undefined;
  /** Still to be told, in the words that all versions share. */
  readonly steps: readonly string[];
  readonly nextAtMs: number;
}

export const noCare: StationCare = {
  inoperative: [],
  reservations: [],
  listVersion: 0,
  listTokens: [],
  jobs: [],
};

/** Each step of a job takes this long. */
const stepMs = 2_000;

const stepsOf: Readonly<Record<JobKind, readonly string[]>> = {
  firmware: ['Downloading', 'Downloaded', 'Installing', 'Installed'],
  'log upload': ['Uploading', 'Uploaded'],
};

/** Another job of the same kind takes the place of the one that runs. */
export function startJob(
  care: StationCare,
  {
    kind,
    requestId,
    atMs,
  }: { readonly kind: JobKind; readonly requestId: number | undefined; readonly atMs: number },
): StationCare {
  const others = care.jobs.filter((job) => job.kind !== kind);
  return { ...care, jobs: [...others, { kind, requestId, steps: stepsOf[kind], nextAtMs: atMs }] };
}

/** What is told at this instant, and what is left. */
export function stepJobs(
  care: StationCare,
  nowMs: number,
): {
  readonly care: StationCare;
  readonly told: readonly (Omit<Job, 'steps' | 'nextAtMs'> & { readonly status: string })[];
} {
  const due = care.jobs.filter(({ nextAtMs }) => nextAtMs <= nowMs);
  if (due.length === 0) return { care, told: [] };
  const told = due.flatMap(({ kind, requestId, steps: [status] }) =>
    status === undefined ? [] : [{ kind, requestId, status }],
  );
  const jobs = care.jobs
    .map((job) =>
      due.includes(job) ? { ...job, steps: job.steps.slice(1), nextAtMs: job.nextAtMs + stepMs } : job,
    )
    .filter(({ steps }) => steps.length > 0);
  return { care: { ...care, jobs }, told };
}

/** The reservation that keeps an EVSE; one of any EVSE keeps none in particular. */
export const reservationAt = (
  { reservations }: StationCare,
  evseNumber: number,
): HeldReservation | undefined => reservations.find((held) => held.evseNumber === evseNumber);

/** With the reservation in the place of one of the same id or at the same EVSE. */
export const withReservation = (care: StationCare, reservation: HeldReservation): StationCare => ({
  ...care,
  reservations: [...care.reservations.filter(({ id }) => id !== reservation.id), reservation],
});

export const withoutReservation = (care: StationCare, id: number): StationCare => ({
  ...care,
  reservations: care.reservations.filter((held) => held.id !== id),
});

/** Entries without a status are taken off the list. */
export function withList(
  care: StationCare,
  list: {
    readonly version: number;
    readonly isFull: boolean;
    readonly put: readonly string[];
    readonly removed: readonly string[];
  },
): StationCare {
  const kept = list.isFull ? [] : care.listTokens.filter((token) => !list.removed.includes(token));
  return { ...care, listVersion: list.version, listTokens: [...new Set([...kept, ...list.put])] };
}
