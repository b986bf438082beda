import {
  checkFunction,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  consoleLogger,
  type Logger,
  maxTimerMs,
  parseAddresses,
  quietClock,
  type RegistryClock,
  show,
  type TcpAddress,
} from "@thrice/core";

/** Options of `dnsRegistry`. */
export interface DnsRegistryOptions {
  /**
   * Names by service key, as `greet.GreetService` or `group/greet.GreetService:version`; `*` stands for services that are not
   * named. `name:port` asks for A and AAAA records; a name that begins with `_`, as `_grpc._tcp.greeter.example`, for SRV
   * records. What stands behind a `?` is said of all endpoints: `greeter.example:20000?zone=north`.
   */
  readonly services: Readonly<Record<string, string>>;
  /** Servers to ask, as `10.0.0.10` or `127.0.0.1:5353`. @defaultValue those of the system */
  readonly servers?: readonly string[] | undefined;
  /** Longest time between two questions, in milliseconds; an answer whose TTL is shorter is asked for sooner. @defaultValue 30_000 */
  readonly intervalMs?: number | undefined;
  /** Shortest time between two, however short the TTL, in milliseconds. @defaultValue 1_000 */
  readonly minIntervalMs?: number | undefined;
  /** Time until a question is asked again, in milliseconds; it is asked twice. @defaultValue 1_000 */
  readonly timeoutMs?: number | undefined;
  /** Takes a line when a name cannot be resolved, and when it can be again. @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's, with timers that do not keep the process alive */
  readonly clock?: RegistryClock | undefined;
  /** Draws from 0 up to, but not including, 1; for tests. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** The options with every default filled in. */
export interface ResolvedDnsOptions {
  readonly services: ReadonlyMap<string, TcpAddress>;
  readonly servers: readonly string[];
  readonly intervalMs: number;
  readonly minIntervalMs: number;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly clock: RegistryClock;
  readonly random: () => number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveDnsOptions(options: DnsRegistryOptions): ResolvedDnsOptions {
  checkKnownOptions("options of dnsRegistry", options, known);
  const { services, servers = [], intervalMs = 30_000, timeoutMs = 1_000 } = options;
  const { logger = consoleLogger(), clock = quietClock, random = Math.random } = options;
  const minIntervalMs = options.minIntervalMs ?? Math.min(1_000, intervalMs);
  return {
    services: readNames(services),
    servers: checkServers(servers),
    intervalMs: checkNumber("intervalMs", intervalMs, 10, maxTimerMs / 2),
    minIntervalMs: checkNumber("minIntervalMs", minIntervalMs, 10, intervalMs),
    timeoutMs: checkNumber("timeoutMs", timeoutMs, 1, 60_000),
    logger: checkLogger("logger", logger),
    clock,
    random: checkFunction("random", random),
  };
}

function readNames(services: unknown): ReadonlyMap<string, TcpAddress> {
  if (typeof services !== "object" || services === null || Array.isArray(services)) {
    throw new TypeError(`services must be names by service, got ${show(services)}`);
  }
  return new Map(Object.entries(services).map(([key, name]) => [key, readName(key, name)]));
}

function readName(key: string, name: unknown): TcpAddress {
  const field = `services[${show(key)}]`;
  if (typeof name !== "string") throw new TypeError(`${field} must be text, got ${show(name)}`);
  try {
    const [address, ...others] = parseAddresses(name);
    if (address !== undefined && "host" in address && others.length === 0) return address;
  } catch (cause) {
    throw new TypeError(`${field}: ${(cause as Error).message}`);
  }
  throw new TypeError(`${field} must be one name:port, got ${show(name)}`);
}

function checkServers(servers: unknown): readonly string[] {
  if (Array.isArray(servers) && servers.every((server) => typeof server === "string")) {
    return servers;
  }
  throw new TypeError(`servers must be a list of addresses, got ${show(servers)}`);
}

const known: ReadonlySet<string> = new Set([
  "services",
  "servers",
  "intervalMs",
  "minIntervalMs",
  "timeoutMs",
  "logger",
  "clock",
  "random",
]);
