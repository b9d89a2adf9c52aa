import type { Clock } from '../control/ports.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import { FaultLog } from './faultLog.ts';
import type { MqttConnection, MqttMessage } from './mqttClient.ts';
import {
  gridHeartbeatTopic,
  gridLimitAnswerTopic,
  gridLimitTopic,
  gridStatusTopic,
  heartbeatTopic,
  limitAnswerTopic,
  limitSetTopic,
} from './topics.ts';

const maxPayloadBytes = 16_384;
/** A limit is durable before it is answered: a burst of a hundred waits its turn, more only if the database is stuck. */
const maxPending = 128;
const maxRemembered = 16;

/** What became of a request; `id` names the limit that was set. */
export type LimitAnswer =
  | { readonly status: 'accepted'; readonly id: string }
  | { readonly status: 'refused'; readonly why: string };

export interface IntakePorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Judges the body and sets the limit. `siteId` is the site whose topic was used, whatever the body says. */
  setLimit(siteId: SiteId, body: unknown): Promise<LimitAnswer>;
  /** Whoever limits this site is still there. */
  heartbeat(siteId: SiteId): void;
}

export interface GridIntakePorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Judges the message and does what it asks for. `text` is the message as it came. */
  take(connectionId: string, body: unknown, text: string): Promise<LimitAnswer>;
  heartbeat(connectionId: string): void;
  /** Its last will came: nobody is there any more. */
  gone(connectionId: string): void;
}

/**
 * Takes limits and heartbeats from the broker until `stop`, and answers each limit.
 *
 * The broker's access list decides who may publish on a site's topics. A retained limit comes again with every
 * reconnection: without an end it would outlive everybody who remembers it, and with one it is taken only once.
 */
export function startMqttIntake(
  connection: MqttConnection,
  siteIds: readonly SiteId[],
  ports: IntakePorts,
): { stop(): void } {
  const stops = siteIds.flatMap((siteId) => {
    const intake = new LimitIntake(connection, {
      clock: ports.clock,
      log: ports.log.child({ siteId }),
      limitTopic: limitSetTopic(siteId),
      answerTopic: limitAnswerTopic(siteId),
      take: (body) => ports.setLimit(siteId, body),
    });
    return [
      connection.subscribe([limitSetTopic(siteId)], 1, (message) => void intake.take(message)),
      connection.subscribe([heartbeatTopic(siteId)], 1, ({ isRetained }) => {
        if (!isRetained) ports.heartbeat(siteId);
      }),
    ];
  });
  return { stop: () => stops.forEach((stop) => void stop()) };
}

/**
 * The same for grid operators, each on the topics of its connection. Its last will on `status` says `offline`: then it
 * is silent at once, and not only when its next heartbeat is overdue.
 */
export function startGridMqttIntake(
  connection: MqttConnection,
  connectionIds: readonly string[],
  ports: GridIntakePorts,
): { stop(): void } {
  const stops = connectionIds.flatMap((id) => {
    const intake = new LimitIntake(connection, {
      clock: ports.clock,
      log: ports.log.child({ connectionId: id }),
      limitTopic: gridLimitTopic(id),
      answerTopic: gridLimitAnswerTopic(id),
      take: (body, text) => ports.take(id, body, text),
    });
    return [
      connection.subscribe([gridLimitTopic(id)], 1, (message) => void intake.take(message)),
      connection.subscribe([gridHeartbeatTopic(id)], 1, ({ isRetained }) => {
        if (!isRetained) ports.heartbeat(id);
      }),
      connection.subscribe([gridStatusTopic(id)], 1, ({ payload }) => {
        if (payload.toString('utf8') === 'offline') ports.gone(id);
      }),
    ];
  });
  return { stop: () => stops.forEach((stop) => void stop()) };
}

interface LimitDoor {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limitTopic: string;
  readonly answerTopic: string;
  take(body: unknown, text: string): Promise<LimitAnswer>;
}

class LimitIntake {
  readonly #connection: MqttConnection;
  readonly #door: LimitDoor;
  readonly #faultLog: FaultLog;
  #pendingCount = 0;
  /** What was accepted last, oldest first, so that a reconnection does not set a retained limit again. */
  readonly #accepted = new Set<string>();

  constructor(connection: MqttConnection, door: LimitDoor) {
    this.#connection = connection;
    this.#door = door;
    this.#faultLog = new FaultLog(door.log.child({ topic: door.limitTopic }), door.clock);
  }

  async take({ payload, isRetained }: MqttMessage): Promise<void> {
    // Clearing a retained message arrives as an empty one.
    if (payload.length === 0) return;
    const text = payload.length > maxPayloadBytes ? undefined : payload.toString('utf8');
    if (isRetained && text !== undefined && this.#accepted.has(text)) return;
    const answer = await this.#answer(text, isRetained);
    if (text !== undefined && answer.status === 'accepted') this.#remember(text);
    this.#faultLog.heard(answer.status === 'refused' ? [{ kind: 'limit', why: answer.why }] : []);
    this.#connection.publish(this.#door.answerTopic, JSON.stringify(answer), { qos: 1 });
  }

  #remember(text: string): void {
    this.#accepted.delete(text);
    this.#accepted.add(text);
    for (const oldest of this.#accepted) {
      if (this.#accepted.size <= maxRemembered) return;
      this.#accepted.delete(oldest);
    }
  }

  async #answer(text: string | undefined, isRetained: boolean): Promise<LimitAnswer> {
    if (text === undefined) return refused(`the payload is larger than ${maxPayloadBytes} bytes`);
    const body = parsed(text);
    if (body === undefined)
      return refused('the payload is not JSON: send {"amps":16,"until":"…","reason":"…"}');
    if (isRetained && !hasEnd(body)) {
      return refused('the limit is retained and has no end: publish it without retain, or give it "until"');
    }
    if (this.#pendingCount >= maxPending)
      return refused('too many limits at once: send it again in a second');
    this.#pendingCount += 1;
    try {
      return await this.#door.take(body, text);
    } catch (error) {
      const { log, limitTopic } = this.#door;
      log.error({ err: error, topic: limitTopic }, 'limit over MQTT could not be set');
      return refused('the limit could not be stored: send it again');
    } finally {
      this.#pendingCount -= 1;
    }
  }
}

const refused = (why: string): LimitAnswer => ({ status: 'refused', why });

const hasEnd = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'until' in body && typeof body.until === 'string';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
