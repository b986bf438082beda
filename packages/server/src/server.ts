import type { DescService } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import {
  type Clock,
  checkKnownOptions,
  compressEncoding,
  compressFromBytes,
  formatServiceKey,
  logQuietly,
  type ServiceKeyOptions,
  show,
} from "@thrice/core";
import type { HandlerOptions, ServiceHost } from "@thrice/core/codegen-v1";
import { type CallGate, type ServedService, WireServer } from "@thrice/protocol";
import { type BuiltIn, healthBuiltIn, reflectionBuiltIns } from "./built-in-services.js";
import { HealthBoard, type ServerHealth } from "./health/health-board.js";
import { LoadLimiter } from "./limits/load-limiter.js";
import { checkLoadLimits, checkMethodLimits } from "./limits/server-limits.js";
import { type ServerLoad, serverLoad } from "./limits/server-load.js";
import { serviceGates } from "./limits/service-gates.js";
import {
  knownHandlerOptions,
  type ResolvedHandlerOptions,
  type ResolvedServerOptions,
  resolveHandlerOptions,
  resolveServerOptions,
  type ServerOptions,
} from "./options.js";
import { Publication } from "./publication.js";
import { onStopSignal } from "./stop/stop-signals.js";
import { StopSteps } from "./stop/stop-steps.js";
import { wrapHandler } from "./wrap-handler.js";

/**
 * Serves registered services with gRPC, gRPC-Web and Connect on one port.
 *
 * Shape: idle → serving → stopped, and not back. Services are registered while idle, each once per group and version.
 */
export interface Server extends ServiceHost {
  /** Port in use; the chosen one if `port` was 0. Undefined unless serving, and on a socket of a path. */
  readonly port: number | undefined;
  /** Switches what probes are told; every registered service is `serving` until something else is said. */
  readonly health: ServerHealth;
  /** What the load limits count, as it is when asked. */
  readonly load: ServerLoad;
  /**
   * Starts to listen. Resolves when callers can connect; the server then keeps the process alive.
   *
   * @throws Error, as a rejection, naming place and cause if it cannot listen, or was started before.
   */
  serve(): Promise<void>;
  /**
   * Withdraws, goes on for `noticeMs`, takes no new calls, lets running ones finish for `graceMs`, then ends what is left
   * with `unavailable`. Resolves when the last connection is closed. Never rejects; safe to call at any time and again.
   */
  stop(): Promise<void>;
}

/**
 * Makes a server.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option.
 */
export function newServer(options: ServerOptions = {}): Server {
  return new ThriceServer(resolveServerOptions(options));
}

class ThriceServer implements Server {
  readonly #options: ResolvedServerOptions;
  /** By service key. */
  readonly #services = new Map<string, ServedService>();
  readonly #board = new HealthBoard();
  readonly #limiter: LoadLimiter;
  #wire: WireServer | undefined;
  #port: number | undefined;
  #publication: Publication | undefined;
  #listening: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  readonly #stopSteps: StopSteps;
  #undoSignals: () => void = () => {};

  constructor(options: ResolvedServerOptions) {
    this.#options = options;
    const { limits, load, clock, logger } = options;
    this.#limiter = new LoadLimiter(limits, load, { clock, logger, random: Math.random });
    this.#stopSteps = new StopSteps(options.clock, options.logger);
    this.#stopSteps.add("tell", () => this.#board.drain());
  }

  get health(): ServerHealth {
    return this.#board;
  }

  get load(): ServerLoad {
    return serverLoad(this.#limiter, this.#wire?.refusedConnections ?? 0);
  }

  get port(): number | undefined {
    return this.#port;
  }

  registerService(service: DescService, handler: object, options: HandlerOptions = {}): void {
    const { typeName } = service;
    if (typeof handler !== "object" || handler === null) {
      throw new TypeError(`handler of ${typeName} must be an object, got ${show(handler)}`);
    }
    if (this.#listening || this.#stopping) {
      const what = this.#listening ? "started" : "stopped";
      throw new Error(`service ${typeName} comes too late: the server was ${what}`);
    }
    checkKnownOptions(`options of ${typeName}`, options, knownHandlerOptions);
    const resolved = resolveHandlerOptions(options, this.#options);
    const { methodLimits = {} } = options;
    const gates = serviceGates(
      this.#limiter,
      service,
      checkLoadLimits(options),
      checkMethodLimits(service, methodLimits),
    );
    const { group, version } = resolved;
    const key = formatServiceKey(typeName, group, version);
    if (this.#services.has(key)) throw new Error(`service ${key} is registered already`);
    this.#services.set(key, this.#servedFrom(service, handler, resolved, gates));
    this.#board.add(typeName);
  }

  #servedFrom(
    service: DescService,
    handler: object,
    resolved: ResolvedHandlerOptions,
    gates?: ReadonlyMap<string, CallGate>,
  ): ServedService {
    const { exposeErrors, interceptors, maxReceiveBytes, maxTimeoutMs, group, version } = resolved;
    const { logger, clock, stopRetryChains, linkCalls } = this.#options;
    const hasPlaces = gates !== undefined;
    const rules = {
      exposeErrors,
      interceptors,
      logger,
      clock,
      stopRetryChains,
      linkCalls,
      hasPlaces,
    };
    return {
      service,
      implementation: wrapHandler(service, handler, rules),
      maxReceiveBytes,
      maxTimeoutMs: maxTimeoutMs === 0 ? undefined : maxTimeoutMs,
      compressMinBytes: compressFromBytes(resolved),
      encoding: compressEncoding(resolved),
      group,
      version,
      gates,
    };
  }

  /**
   * Adds what every server has, without group and version, as those who ask know of none, and what its registries need. The
   * application's own wins. Health and what registries need have no interceptors, as those who ask bring no tokens; the schema
   * is for those whom the server's let pass.
   */
  #addBuiltIns(): void {
    const { health, reflection, publish } = this.#options;
    if (health) this.#addBuiltIn(healthBuiltIn(this.#board), []);
    for (const { services = [] } of publish.registries)
      for (const service of services) this.#addBuiltIn(service, []);
    if (!reflection) return;
    const services = [...this.#services.values()].map(({ service }) => service);
    for (const builtIn of reflectionBuiltIns(services))
      this.#addBuiltIn(builtIn, this.#options.interceptors);
  }

  #addBuiltIn(builtIn: BuiltIn & ServiceKeyOptions, interceptors: readonly Interceptor[]): void {
    const { service, handler, group = "", version = "" } = builtIn;
    const key = formatServiceKey(service.typeName, group, version);
    if (this.#services.has(key)) return;
    const options = { ...this.#options, group, version, maxTimeoutMs: 0, interceptors };
    this.#services.set(key, this.#servedFrom(service, handler, options));
  }

  serve(): Promise<void> {
    if (this.#listening || this.#stopping) {
      return Promise.reject(
        new Error("serve() was called on a server that was started or stopped before"),
      );
    }
    this.#listening = this.#listen();
    return this.#listening;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #listen(): Promise<void> {
    const registered = [...this.#services.values()];
    this.#addBuiltIns();
    const { listen, tls, cors, logger, clock, stopOnSignals, load } = this.#options;
    const services = [...this.#services.values()];
    const wire = new WireServer({ services, logger, clock, tls, cors, connections: load });
    this.#port = await wire.listen(listen);
    this.#wire = wire;
    this.#undoSignals = onStopSignal(stopOnSignals, () => void this.stop(), clock);
    const where = "path" in listen ? listen.path : `port ${this.#port}`;
    logQuietly(() => logger.debugf("listening on %s", where));
    await this.#publish(registered);
  }

  /** Lets consumers find `services`: what was registered, and not what every server has. */
  async #publish(services: readonly ServedService[]): Promise<void> {
    const { publish, listen, clock } = this.#options;
    const port = this.#port;
    if (publish.registries.length === 0 || port === undefined || this.#stopping) return;
    const host = "host" in listen ? listen.host : undefined;
    this.#publication = new Publication(publish, services, { host, port }, clock);
    await this.#publication.published();
  }

  async #close(): Promise<void> {
    await this.#publication?.withdraw();
    await this.#listening?.catch(() => {});
    if (this.#wire !== undefined) await this.#drain(this.#wire);
    this.#undoSignals();
    this.#port = undefined;
  }

  async #drain(wire: WireServer): Promise<void> {
    const { graceMs, noticeMs, clock } = this.#options;
    const startedMs = clock.nowMs();
    await this.#stopSteps.run(graceMs);
    const leftMs = Math.max(0, graceMs - (clock.nowMs() - startedMs));
    if (noticeMs > 0) await pause(noticeMs, clock);
    this.#board.end();
    await wire.close(leftMs);
  }
}

function pause(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, resolve));
}
