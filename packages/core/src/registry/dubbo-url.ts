/**
 * Providers as Dubbo writes them into engines, interface by interface: one URL, escaped so that it can be a name.
 *
 * @see dubbo-go registry/base_registry.go, and Dubbo's CacheableFailbackRegistry
 */
import { formatAddress } from "../address.js";
import type { Provider, ServiceName } from "./registry.js";

/** What an entry says: a provider, something for somebody else, or nothing that can be read. */
export type DubboEntry =
  | { readonly kind: "provider"; readonly provider: Provider }
  | { readonly kind: "other"; readonly reason: string }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * Renders `tri://host:port/interface?…`, escaped as a whole.
 *
 * Shape: parameters sorted by name. Of their values only those signs are escaped once more that would break the URL: readers in
 * Java take the others as they are, readers in Go either way.
 */
export function dubboNameFromProvider(
  { service, group, version, methods, address }: Provider,
  application = "",
): string {
  const params: Record<string, string> = {
    ...address.params,
    interface: service,
    methods: methods.join(","),
    group,
    version,
    application,
    category: "providers",
    dubbo: "2.0.2",
    serialization: "protobuf",
    side: "provider",
  };
  return escapeWhole(`tri://${formatAddress(address)}/${service}?${queryFrom(params)}`);
}

/**
 * Renders `consumer://host/interface?…` in the same way: who looks for a service.
 *
 * Units: `timestamp` is when it began, in milliseconds since 1970.
 */
export function dubboNameFromConsumer(
  { service, group, version }: ServiceName,
  consumer: { readonly host: string; readonly application: string; readonly timestamp: number },
): string {
  const { host, application, timestamp } = consumer;
  const params: Record<string, string> = {
    application,
    category: "consumers",
    dubbo: "2.0.2",
    group,
    interface: service,
    protocol: "tri",
    side: "consumer",
    timestamp: String(timestamp),
    version,
  };
  return escapeWhole(
    `consumer://${host.includes(":") ? `[${host}]` : host}/${service}?${queryFrom(params)}`,
  );
}

function queryFrom(params: Readonly<Record<string, string>>): string {
  return Object.keys(params)
    .filter((name) => params[name] !== "")
    .sort()
    .map((name) => `${escapePart(name)}=${escapePart(params[name] ?? "")}`)
    .join("&");
}

/** Reads what `dubboNameFromProvider`, Go and Java write. Never throws. */
export function readDubboName(name: string): DubboEntry {
  const text = unescapeText(name);
  if (text === undefined) return malformed("its escapes cannot be read");
  const parts = shape.exec(text)?.groups;
  if (parts === undefined) return malformed("it is no URL of a provider");
  const { scheme = "", host = "", port = "", path = "", query = "" } = parts;
  const params = readQuery(query);
  if (params === undefined) return malformed("the escapes of its parameters cannot be read");
  if (!speaksTriple(scheme, params)) return other(`its protocol is ${scheme}`);
  if (params.disabled === "true" || params.enabled === "false") return other("it is disabled");
  if (/^0[0.]*$|^\[::\]$/.test(host)) return malformed(`nobody can connect to host ${host}`);
  const number = Number(port);
  if (number < 1 || number > 65_535) return malformed(`port ${port} is not from 1 to 65535`);
  const { group = "", version = "", interface: service = path, methods = "" } = params;
  const address = { host: host.replace(/^\[|\]$/g, "").toLowerCase(), port: number, params };
  const provider: Provider = {
    service,
    group,
    version: version === "0.0.0" ? "" : version,
    methods: methods.split(",").filter((method) => method !== ""),
    address,
  };
  return { kind: "provider", provider };
}

const shape =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:[^@/?]*@)?(?<host>\[[0-9a-fA-F:.]+\]|[^:/?@\s]+):(?<port>\d{1,5})(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/s;

/** One port of Java's may serve several protocols, and name the others apart. */
function speaksTriple(scheme: string, params: Readonly<Record<string, string>>): boolean {
  return scheme === "tri" || (params["ext.protocol"] ?? "").split(",").includes("tri");
}

function readQuery(query: string): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const pair of query.split("&")) {
    const at = pair.indexOf("=");
    if (at <= 0) continue;
    const name = unescapeText(pair.slice(0, at));
    const value = unescapeText(pair.slice(at + 1));
    if (name === undefined || value === undefined) return undefined;
    if (name !== "__proto__") params[name] = value;
  }
  return params;
}

function unescapeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

function escapePart(text: string): string {
  return text.replace(/[%&=?#+\s]|[^ -~]+/g, encodeURIComponent);
}

function escapeWhole(text: string): string {
  const escaped = encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped.replaceAll("%20", "+");
}

function malformed(reason: string): DubboEntry {
  return { kind: "malformed", reason };
}

function other(reason: string): DubboEntry {
  return { kind: "other", reason };
}
