import type { DescService } from "@bufbuild/protobuf";
import {
  checkKnownOptions,
  compressFromBytes,
  formatServiceKey,
  logQuietly,
  show,
} from "@thrice/core";
import type { HandlerOptions, ServiceHost } from "@thrice/core/codegen-v1";
import { type ServedService, WireServer } from "@thrice/protocol";
import {
  knownHandlerOptions,
  type ResolvedServerOptions,
  resolveHandlerOptions,
  resolveServerOptions,
  type ServerOptions,
} from "./options.js";
import { Publication } from "./publication.js";
import { wrapHandler } from "./wrap-handler.js";

/**
 * Serves registered services with gRPC, gRPC-Web and Connect on one port.
 *
 * Shape: idle → serving → stopped, and not back. Services are registered while idle, each once per group and version.
 */
export interface Server extends ServiceHost {
  /** Port in use; the chosen one if `port` was 0. Undefined unless serving, and on a socket of a path. */
  readonly port: number | undefined;
  /**
   * Starts to listen. Resolves when callers can connect; the server then keeps the process alive.
   *
   * @throws Error, as a rejection, naming place and cause if it cannot listen, or was started before.
   */
  serve(): Promise<void>;
  /**
   * Takes no new calls, lets running ones finish for `graceMs`, then breaks what is left. Resolves when the
   * last connection is closed. Safe to call at any time and again.
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
  #wire: WireServer | undefined;
  #port: number | undefined;
  #publication: Publication | undefined;
  #listening: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ResolvedServerOptions) {
    this.#options = options;
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
    const { exposeErrors, maxReceiveBytes, group, version } = resolved;
    const key = formatServiceKey(typeName, group, version);
    if (this.#services.has(key)) throw new Error(`service ${key} is registered already`);
    const { logger, clock, stopRetryChains } = this.#options;
    const rules = { exposeErrors, logger, clock, stopRetryChains };
    const served = {
      service,
      implementation: wrapHandler(service, handler, rules),
      maxReceiveBytes,
      compressMinBytes: compressFromBytes(resolved),
      group,
      version,
    };
    this.#services.set(key, served);
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
    const { listen, tls, logger, clock } = this.#options;
    const wire = new WireServer({ services: [...this.#services.values()], logger, clock, tls });
    this.#port = await wire.listen(listen);
    this.#wire = wire;
    const where = "path" in listen ? listen.path : `port ${this.#port}`;
    logQuietly(() => logger.debugf("listening on %s", where));
    await this.#publish();
  }

  /** Lets consumers find what is served. */
  async #publish(): Promise<void> {
    const { publish, listen, clock } = this.#options;
    const port = this.#port;
    if (publish.registries.length === 0 || port === undefined || this.#stopping) return;
    const host = "host" in listen ? listen.host : undefined;
    const services = [...this.#services.values()];
    this.#publication = new Publication(publish, services, { host, port }, clock);
    await this.#publication.published();
  }

  async #close(): Promise<void> {
    await this.#publication?.withdraw();
    await this.#listening?.catch(() => {});
    await this.#wire?.close(this.#options.graceMs);
    this.#port = undefined;
  }
}
