import type { Audit } from '../../solver/audit.ts';
import type { LoadedConfig } from '../config/config.ts';
import type { ControlLoop, TickResult } from '../control/controlLoop.ts';
import type { ExposureLedger } from '../control/exposure.ts';
import type { HorizonLoop } from '../control/horizonLoop.ts';
import type { LoopCounts } from '../control/loopCounts.ts';
import { type MarginCost, marginCost } from '../control/marginCost.ts';
import { type Operations, operations } from '../control/operations.ts';
import type { Clock } from '../control/ports.ts';
import type { PriceBook } from '../control/priceBook.ts';
import type { SessionBook } from '../control/sessionBook.ts';
import { observed, type SiteInputs } from '../control/siteInput.ts';
import type { SiteState } from '../control/siteState.ts';
import type { SiteView } from '../control/siteView.ts';
import type { TokenDesk } from '../control/tokenDesk.ts';
import { topologies } from '../control/topology.ts';
import { ViewBoard } from '../control/viewBoard.ts';
import { WiringWatch } from '../control/wiringWatch.ts';
import type { SiteId } from '../domain/ids.ts';
import { recordOrigin } from '../http/origin.ts';
import type { RawHandler } from '../http/rawHandlers.ts';
import { HeldClock } from '../incidents/heldClock.ts';
import type { Logger } from '../log.ts';
import type { MqttConnection } from '../meters/mqttClient.ts';
import { startMqttPublisher } from '../meters/mqttPublisher.ts';
import type { OcppGateway } from '../ocpp/gateway.ts';
import type { Credentials } from '../ocpp/security/credentials.ts';
import type { PeopleDesk } from '../people/peopleDesk.ts';
import { openStore, type Store } from '../store/openStore.ts';
import type { InfluxWriter } from '../timeseries/influxWriter.ts';
import { startTickAudit } from './audit.ts';
import { startControl } from './controlStart.ts';
import { startGateway } from './gateway.ts';
import { evidenceOf, type GridService, gridService, startPruning } from './grid.ts';
import { startHistory } from './history.ts';
import { startHttp } from './http.ts';
import { type AppIncidents, startAppIncidents } from './incidents.ts';
import { localListsOf } from './localLists.ts';
import { watchLoop } from './loopFigures.ts';
import { startIntakes, startMeters, startMqtt } from './mqtt.ts';
import { type OcpiService, startOcpi } from './ocpi/ocpi.ts';
import { openOcpi } from './ocpi/party.ts';
import { openAdrService } from './openAdr.ts';
import { loopOptions } from './options.ts';
import { startOscp } from './oscp.ts';
import { Parts } from './parts.ts';
import { openPeopleDesk } from './people.ts';
import { setHeardPrices } from './plan.ts';
import { stationSecurity } from './security.ts';
import { openSessionBook, startSessionPruning } from './sessions.ts';
import { stationLinks } from './stationLink.ts';
import { type StationDesk, stationDesk } from './stations.ts';
import { startTimeSeries } from './timeSeries.ts';
import { openTokenDesk } from './tokens.ts';

export interface AppPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  readonly version: string;
  /** The loop broke: the process should end, and a supervisor start it again. */
  onBroken(): void;
}

export interface App {
  readonly httpPort: number;
  readonly ocppPort: number;
  /** Of the embedded broker, where there is one. */
  readonly mqttPort: number | undefined;
  views(): readonly SiteView[];
  onTick(listener: (result: TickResult) => void): () => void;
  /** Ends everything in order, and may be called twice. Stations stay on their leases. */
  stop(): Promise<void>;
}

/** Everything the parts share once it runs. */
export interface Running {
  readonly loaded: LoadedConfig;
  readonly ports: AppPorts;
  readonly store: Store;
  readonly state: SiteState;
  readonly loop: ControlLoop;
  readonly ledger: ExposureLedger;
  readonly inputs: SiteInputs;
  readonly desk: Operations;
  readonly gateway: OcppGateway;
  readonly credentials: Credentials;
  readonly stations: StationDesk;
  readonly mqtt: MqttConnection;
  readonly influx: InfluxWriter | undefined;
  readonly audit: Audit;
  /** undefined where none are written. */
  readonly incidents: AppIncidents | undefined;
  readonly board: ViewBoard;
  readonly marginCost: MarginCost;
  readonly counts: LoopCounts;
  readonly horizon: HorizonLoop;
  readonly wiring: WiringWatch;
  readonly prices: PriceBook;
  /** Messages of meters that were refused, by reason. */
  readonly refusedReadings: Map<string, number>;
  readonly heartbeatsMs: Map<SiteId, number>;
  readonly grid: GridService;
  readonly sessions: SessionBook;
  readonly tokens: TokenDesk;
  /** undefined where the config has none. */
  readonly ocpi: OcpiService | undefined;
  readonly people: PeopleDesk;
  /** Protocols that share the port of the API. */
  readonly rawHandlers: readonly RawHandler[];
}

/** Builds the service from its config, starts it and joins its parts. Throws when one cannot start. */
export async function startApp(loaded: LoadedConfig, ports: AppPorts): Promise<App> {
  const parts = new Parts();
  try {
    return await joined(loaded, ports, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

async function joined(loaded: LoadedConfig, ports: AppPorts, parts: Parts): Promise<App> {
  const { config } = loaded;
  const { clock, log } = ports;
  const store = parts.add(await openStore(config.database.url, { log, clock, origin: recordOrigin }));
  const epoch = await store.nextEpoch();
  const board = new ViewBoard();
  const audit = parts.add(startTickAudit(clock, log, (detail) => incidents?.audited(detail)));
  const evidence = parts.add(evidenceOf(store, clock, log));
  const held = new HeldClock(clock);
  const sessions = await openSessionBook(loaded, { clock: held, log }, store);
  const needs = { clock: held, store, epoch, board, audit, evidence, sessions };
  const made = await startControl(loaded, ports, needs);
  const { state, ledger, loop, connect, prices } = made;
  const horizon = parts.add(made.horizon);
  const incidents = startAppIncidents(loaded, ports, { control: made, clock: held, epoch });
  if (incidents !== undefined) {
    parts.add(incidents);
    made.watchTargets(incidents.target);
    board.onTick((result) => incidents.follow(result));
  }
  const seen = observed(state, incidents?.take ?? ((_input, apply) => apply()));
  const { inputs, counts } = watchLoop(seen, { board, clock, tickMs: config.control.tickMs });

  const security = await stationSecurity(config, store, log);
  const party = await openOcpi(loaded, ports, store);
  const sources = party === undefined ? [] : [party.tokens];
  const stations = parts.add(await stationDesk(loaded.sites, { ...ports, store }));
  const { booked } = stations;
  const tokens = await openTokenDesk(loaded, { clock, log }, { store, sessions, sources, booked });
  const stationNeeds = { store, inputs, sessions, security, tokens, stations, state };
  const gateway = parts.add(await startGateway(loaded, ports, stationNeeds));
  const links = stationLinks(loaded, gateway);
  connect(links);
  if (config.tokens.localLists) parts.add(localListsOf(loaded, { clock, log }, { gateway, tokens }));
  const { mqtt, port: mqttPort } = await startMqtt(config.mqtt, ports, parts);

  const publisher = parts.add(startMqttPublisher(mqtt, clock));
  board.onView((view) => publisher.publish(view));
  const cost = marginCost(loaded.sites);
  board.onTick(({ views }) => cost.follow(views));
  const wiring = new WiringWatch(loaded.sites, state, loopOptions(config).drawMaxAgeMs);
  board.onTick(() => wiring.follow(clock.monotonicMs()));
  const refusedReadings = startMeters({ loaded, ports, mqtt, inputs }, parts);
  const grid = gridService({
    ...ports,
    store,
    state: { ...inputs, grid: { ...state.grid, ...inputs.grid } },
    ledger,
    evidence,
    topologies: topologies(loaded.sites, loaded.areas),
    onPrices: (connectionId, heard) => setHeardPrices({ loaded, ports, store, prices }, connectionId, heard),
  });
  board.onTick((result) => grid.follow(result));
  const timeSeries = startTimeSeries(loaded, { clock, log, board, state, mqtt, store });
  if (timeSeries !== undefined) parts.add(timeSeries);
  const planOf = (siteId: SiteId) => horizon.view(siteId);
  const oscp = parts.add(
    await startOscp({ loaded, grid: grid.ports, store, views: () => board.views, planOf }),
  );
  const openAdr = parts.add(openAdrService(loaded, grid.ports));
  parts.add(loop);
  held.hold(() => loop.start());

  const desk = operations({
    clock,
    state: {
      ...inputs,
      limits: () => state.limits(),
      sessions: () => state.sessions(),
      stopOf: (siteId) => state.stopOf(siteId),
    },
    book: store,
  });
  const heartbeatsMs = startIntakes({ loaded, ports, mqtt, desk, grid }, parts);
  parts.add(startHistory(loaded, { board, store, clock, log }));
  parts.add(startPruning(loaded, { store, clock, log }));
  parts.add(startSessionPruning(loaded, { store, clock, log }));
  const ocpiNeeds = { loaded, ports, store, board, state, stations, sessions, tokens, desk, party, prices };
  const ocpi = startOcpi({ ...ocpiNeeds, ledger, gateway, inputs });
  if (ocpi !== undefined) parts.add(ocpi);
  if (ocpi?.link !== undefined) links.join(ocpi.link);
  const running: Running = {
    loaded,
    ports,
    store,
    state,
    loop,
    ledger,
    inputs,
    desk,
    gateway,
    credentials: security.credentials,
    stations,
    mqtt,
    influx: timeSeries?.writer,
    audit,
    incidents,
    board,
    marginCost: cost,
    counts,
    horizon,
    wiring,
    prices,
    refusedReadings,
    heartbeatsMs,
    grid,
    sessions,
    tokens,
    ocpi,
    rawHandlers: [...oscp.handlers, openAdr.handler, ...(ocpi?.handlers ?? [])],
    people: parts.add(await openPeopleDesk(loaded, ports, store)),
  };
  const http = parts.add(await startHttp(running));
  ocpi?.listensAt(http.port);
  log.info({ httpPort: http.port, ocppPort: gateway.port, epoch }, 'service started');
  return {
    httpPort: http.port,
    ocppPort: gateway.port,
    mqttPort,
    views: () => board.views,
    onTick: (listener) => board.onTick(listener),
    stop: () => parts.stop(),
  };
}
