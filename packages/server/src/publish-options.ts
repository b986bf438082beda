import {
  checkKnownOptions,
  checkNumber,
  checkShape,
  checkWholeNumber,
  machineAddress,
  type Registry,
  show,
} from "@thrice/core";

/** What a server says of itself where consumers look for it. */
export interface PublishOptions {
  /**
   * Name or address at which consumers reach the server. @defaultValue `DUBBO_IP_TO_REGISTRY` of the environment, else `host` if
   * it is an address of one interface, else the machine's first address that is not a loopback
   */
  readonly host?: string | undefined;
  /** Port at which they do. @defaultValue `DUBBO_PORT_TO_REGISTRY` of the environment, else the one that is listened on */
  readonly port?: number | undefined;
  /** Share of traffic relative to other providers, 0 to 1 000 000. @defaultValue 100 */
  readonly weight?: number | undefined;
  /** Where it runs. @defaultValue unknown */
  readonly zone?: string | undefined;
  /** What else consumers are told, by name, such as `dubbo.tag`, `warmup` (ms), or `Greet.timeout`. @defaultValue nothing */
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/** The same, checked. */
export interface ResolvedPublish {
  readonly registries: readonly Registry[];
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolvePublish(registries: unknown, options: PublishOptions = {}): ResolvedPublish {
  checkKnownOptions("publish", options, known);
  const { host, port, weight, zone, params = {} } = options;
  if (host !== undefined) checkText("publish.host", host);
  if (port !== undefined) checkWholeNumber("publish.port", port, 1, 65_535);
  if (weight !== undefined) checkNumber("publish.weight", weight, 0, 1_000_000);
  if (zone !== undefined) checkText("publish.zone", zone);
  checkShape("publish.params", params, "an object", []);
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== "string") {
      throw new TypeError(`publish.params[${show(name)}] must be text, got ${show(value)}`);
    }
  }
  return {
    registries: checkRegistries(registries),
    host,
    port,
    params: {
      ...params,
      ...(weight !== undefined && { weight: String(weight) }),
      ...(zone !== undefined && { zone }),
    },
  };
}

/** Where consumers reach a server that listens on `host` and `port`. */
export function publishedPlace(
  { host, port }: ResolvedPublish,
  listen: { readonly host: string | undefined; readonly port: number },
  env: Readonly<Record<string, string | undefined>>,
): { readonly host: string; readonly port: number } {
  const { DUBBO_IP_TO_REGISTRY: envHost, DUBBO_PORT_TO_REGISTRY: envPort } = env;
  return {
    host: host ?? (envHost || oneHost(listen.host) || machineAddress()),
    port: port ?? (/^\d{1,5}$/.test(envPort ?? "") ? Number(envPort) : listen.port),
  };
}

function oneHost(host: string | undefined): string | undefined {
  const isAny = host === undefined || /^[0.:]+$/.test(host);
  return isAny ? undefined : host;
}

function checkRegistries(value: unknown): readonly Registry[] {
  if (!Array.isArray(value)) throw new TypeError(`registries must be a list, got ${show(value)}`);
  return value.map((registry, at) =>
    checkShape<Registry>(`registries[${at}]`, registry, "a registry that takes entries", [
      "register",
    ]),
  );
}

function checkText(field: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(`${field} must be text, not empty, got ${show(value)}`);
}

const known: ReadonlySet<string> = new Set(["host", "port", "weight", "zone", "params"]);
