import type { ServerResponse } from 'node:http';
import Type from 'typebox';
import type { SiteView } from '../control/siteView.ts';
import type { SiteId } from '../domain/ids.ts';
import { type Actor, can } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { instant } from './siteBody.ts';
import { SiteTexts } from './siteText.ts';
import { visibleSites } from './visible.ts';

/** No client gets more than one update in this time: what changes meanwhile comes with the next. */
const updateEveryMs = 1000;
/** So that both ends, and what is between them, know that the other is still there. */
const heartbeatEveryMs = 5000;
/** What a browser waits before it connects again. */
const retryMs = 2000;

export interface EventFeedOptions {
  readonly maxClients: number;
  /** A client with more than this unread is dropped. */
  readonly maxUnreadBytes: number;
}

interface Client {
  readonly actor: Actor;
  /** Whether the actor may still listen. */
  isGood(): boolean;
  readonly response: ServerResponse;
  /** What it was sent last of each site; undefined for a client that takes whole sites. */
  readonly sent: Map<SiteId, SiteView> | undefined;
  /** What changed since the last update. */
  readonly pending: Map<SiteId, SiteView>;
  lastUpdateMs: number;
  cancelUpdate: (() => void) | undefined;
}

/**
 * Everybody who listens to the sites: first a snapshot, then the sites that changed.
 *
 * A reader that does not keep up is dropped instead of buffered: it connects again and starts from a snapshot, which is
 * all it needs. What comes after it are whole sites, or for whoever asks for patches only what differs.
 */
export class EventFeed {
  readonly #ports: HttpPorts;
  readonly #options: EventFeedOptions;
  readonly #clients = new Set<Client>();
  readonly #texts: { readonly withSessions: SiteTexts; readonly without: SiteTexts };
  readonly #stopListening: () => void;
  #cancelHeartbeat: () => void;
  #sequence = 0;
  #droppedCount = 0;

  constructor(ports: HttpPorts, options: EventFeedOptions) {
    this.#ports = ports;
    this.#options = options;
    const { explanation } = ports;
    this.#texts = {
      withSessions: new SiteTexts({ explanation, showsSessions: true }),
      without: new SiteTexts({ explanation, showsSessions: false }),
    };
    this.#stopListening = ports.onView((view) => this.#take(view));
    this.#cancelHeartbeat = ports.clock.after(heartbeatEveryMs, () => this.#beat());
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Clients dropped because they did not read. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#options.maxClients;
  }

  /** Takes over a response whose head is written. */
  add(
    { actor, isGood }: Pick<Client, 'actor' | 'isGood'>,
    response: ServerResponse,
    { takesPatches }: { readonly takesPatches: boolean },
  ): void {
    const client: Client = {
      actor,
      isGood,
      response,
      sent: takesPatches ? new Map() : undefined,
      pending: new Map(),
      lastUpdateMs: this.#ports.clock.monotonicMs(),
      cancelUpdate: undefined,
    };
    this.#clients.add(client);
    response.once('close', () => this.#remove(client));
    // A write to a socket that is just going away: `close` follows.
    response.on('error', () => {});
    response.write(`retry: ${retryMs}\n\n`);
    this.#send(client, 'snapshot', visibleSites(this.#ports, actor, 'read sites'));
  }

  stop(): void {
    this.#stopListening();
    this.#cancelHeartbeat();
    for (const client of this.#clients) this.#end(client);
  }

  #take(view: SiteView): void {
    for (const client of this.#clients) {
      if (!can(client.actor, 'read sites', view.siteId)) continue;
      client.pending.set(view.siteId, view);
      if (client.cancelUpdate !== undefined) continue;
      const waitMs = client.lastUpdateMs + updateEveryMs - this.#ports.clock.monotonicMs();
      client.cancelUpdate = this.#ports.clock.after(Math.max(0, waitMs), () => this.#update(client));
    }
  }

  #update(client: Client): void {
    const changed = [...client.pending.values()];
    client.pending.clear();
    client.cancelUpdate = undefined;
    client.lastUpdateMs = this.#ports.clock.monotonicMs();
    this.#send(client, client.sent === undefined ? 'update' : 'patch', changed);
  }

  #send(client: Client, event: 'snapshot' | 'update' | 'patch', views: readonly SiteView[]): void {
    if (this.#dropIfSlow(client)) return;
    this.#sequence += 1;
    const at = instant(this.#ports.clock.nowMs());
    const texts = can(client.actor, 'read sessions') ? this.#texts.withSessions : this.#texts.without;
    const sites = views.map((view) => {
      const before = client.sent?.get(view.siteId);
      client.sent?.set(view.siteId, view);
      return event === 'patch' && before !== undefined ? texts.patch(before, view) : texts.whole(view);
    });
    client.response.write(
      `id: ${this.#sequence}\nevent: ${event}\ndata: {"at":"${at}","sites":[${sites.join(',')}]}\n\n`,
    );
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#ports.clock.after(heartbeatEveryMs, () => this.#beat());
    for (const client of this.#clients) {
      if (!client.isGood()) this.#end(client);
      else if (!this.#dropIfSlow(client)) client.response.write(': heartbeat\n\n');
    }
  }

  #dropIfSlow(client: Client): boolean {
    const unreadBytes = client.response.writableLength;
    if (unreadBytes <= this.#options.maxUnreadBytes) return false;
    this.#droppedCount += 1;
    this.#ports.log.warn({ key: client.actor.name, unreadBytes }, 'event client dropped, it did not read');
    this.#remove(client);
    client.response.destroy();
    return true;
  }

  #end(client: Client): void {
    this.#remove(client);
    client.response.end();
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    client.cancelUpdate?.();
  }
}

const querystring = Type.Object(
  {
    patches: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'Only what differs, once there was a snapshot' }),
    ),
  },
  { additionalProperties: false },
);

/** `GET /events`: server-sent events. */
export const events =
  (feed: EventFeed): Plugin =>
  async (api) => {
    api.get(
      '/events',
      {
        config: { right: 'read sites' },
        schema: {
          summary:
            'The sites of the key as server-sent events: "snapshot" first, then "update" with those that changed',
          description:
            'Data: {"at": instant, "sites": [Site]}. A comment comes every five seconds at least. With ?patches=true ' +
            'a "patch" comes instead of an update: sites without their tree, and in "circuits" and "evses" those that changed.',
          produces: ['text/event-stream'],
          querystring,
          response: { 200: Type.String() },
        },
      },
      async (request, reply) => {
        if (feed.isFull) {
          throw new ProblemError('unavailable', {
            detail: 'as many listen as this server allows: close another one, or raise the limit',
          });
        }
        reply.hijack();
        reply.raw.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          // A reverse proxy that buffers would make a live view a late one.
          'x-accel-buffering': 'no',
        });
        feed.add(request, reply.raw, { takesPatches: request.query.patches === 'true' });
      },
    );
  };
