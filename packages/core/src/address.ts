/**
 * Addresses as users and registries write them: `tri://host:port/interface?weight=50&zone=a`, or `unix:/run/greeter.sock`;
 * alone, in a list, or several in one text joined by `;`.
 */
import { isIPv6 } from "node:net";
import { checkWholeNumber, show } from "./check.js";
import { checkSocketPath } from "./socket-path.js";

/** Port of an address that names none: 50051, as Dubbo and gRPC examples use. */
export const defaultPort = 50_051;

/** Where one provider listens. */
export type Address = TcpAddress | UnixAddress;

/** A port of a host. */
export interface TcpAddress extends AddressParams {
  /** Name, IPv4 address, or IPv6 address without brackets; in lower case, so that one host has one name. */
  readonly host: string;
  /** TCP port, 1 to 65 535. */
  readonly port: number;
}

/** A Unix domain socket. */
export interface UnixAddress extends AddressParams {
  readonly path: string;
}

interface AddressParams {
  /** What stands behind the `?`, decoded; providers advertise weight, zone and more here. */
  readonly params: Readonly<Record<string, string>>;
}

/** An address without what is said about it. */
export type Place = Pick<TcpAddress, "host" | "port"> | Pick<UnixAddress, "path">;

/**
 * Reads one or more addresses.
 *
 * Shape: `[tri://]host[:port][/path][?name=value&…]`; IPv6 hosts stand in brackets. The path is
 * accepted and ignored: a service is found by its name, not by the path of its address. Or `unix:path[?…]`, or
 * `unix:///path[?…]`, where the path is taken as it stands, up to the `?`.
 *
 * @throws TypeError or RangeError naming `url`, what is wrong, and the text.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/naming.md for `unix:`
 */
export function parseAddresses(url: unknown): readonly Address[] {
  const addresses: Address[] = [];
  for (const text of Array.isArray(url) ? url : [url]) addAddresses(addresses, text);
  if (addresses.length === 0) throw new TypeError(`url names no address, got ${show(url)}`);
  return addresses;
}

/** Renders `host:port`, with brackets around an IPv6 host, or `unix:path`. Names an endpoint in logs and errors. */
export function formatAddress(place: Place): string {
  if ("path" in place) return `unix:${place.path}`;
  const { host, port } = place;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What requests to a place say they are for; a socket has no name of its own, and callers of gRPC say `localhost`. */
export function authorityOf(place: Place): string {
  return "path" in place ? "localhost" : formatAddress(place);
}

const shape =
  /^(?:(?<scheme>[^:/?#[\]]*):\/\/)?(?:\[(?<ip6>[0-9a-fA-F:.]+)\]|(?<host>[^:/?#[\]]*))(?::(?<port>[^/?#]*))?(?:\/[^?#]*)?(?:\?(?<query>[^#]*))?$/;

/** What most addresses are; long lists are read several times as fast for it. */
const plainShape = /^(?:tri:\/\/|(?!unix:))[a-z0-9._-]+:\d{1,5}$/;

const noParams: Readonly<Record<string, string>> = Object.freeze({});

const unixShape = /^unix:(?:\/\/(?=\/))?(?<path>[^?]*)(?:\?(?<query>.*))?$/s;

function addAddresses(addresses: Address[], text: unknown): void {
  if (typeof text !== "string") {
    throw new TypeError(`url must be text such as "tri://127.0.0.1:50051", got ${show(text)}`);
  }
  if (plainShape.test(text)) {
    addresses.push(parsePlain(text));
    return;
  }
  for (const joined of text.split(";")) {
    const part = joined.trim();
    if (part === "") continue;
    addresses.push(part.startsWith("unix:") ? parseUnix(part) : parseTcp(part));
  }
}

/** Reads what has the plain shape. */
function parsePlain(text: string): TcpAddress {
  const colon = text.lastIndexOf(":");
  const host = text.slice(text.startsWith("tri://") ? "tri://".length : 0, colon);
  return { host, port: parsePort(text.slice(colon + 1), text), params: noParams };
}

function parseUnix(text: string): UnixAddress {
  const { path = "", query } = unixShape.exec(text)?.groups ?? {};
  if (path.startsWith("//")) {
    throw new TypeError(`url has a host before a path: ${show(text)}; use unix:/path`);
  }
  if (/^\d*$/.test(path)) {
    const hint = "; for a host of this name use tri://unix, for a file unix:./name";
    throw new TypeError(`url has no path of a socket: ${show(text)}${hint}`);
  }
  return {
    path: checkSocketPath(`path of url ${show(text)}`, path),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

function parseTcp(text: string): TcpAddress {
  checkStart(text);
  const parts = shape.exec(text)?.groups;
  if (parts === undefined) throw new TypeError(`url is not an address: ${show(text)}`);
  const { scheme, ip6, host = "", port, query } = parts;
  checkScheme(scheme, text);
  if (host.includes(",") || port?.includes(",")) {
    throw new TypeError(
      `url has a comma, which joins no addresses: ${show(text)}; use a semicolon or a list`,
    );
  }
  const name = ip6 ?? host;
  if (name === "") throw new TypeError(`url has no host: ${show(text)}`);
  if (ip6 !== undefined && !isIPv6(ip6)) {
    throw new TypeError(`url has a host that is no IPv6 address: ${show(text)}`);
  }
  if (/[\s@%]/.test(host)) {
    throw new TypeError(`url has a host that is no host name: ${show(text)}`);
  }
  return {
    host: name.toLowerCase(),
    port: parsePort(port, text),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** Refuses what would be taken for a host named `tri`, or for a name with a port. */
function checkStart(text: string): void {
  const [start] = /^[^:/?#[\]]+(?:\/\/|:\/(?!\/))/.exec(text) ?? [];
  if (start !== undefined) {
    throw new TypeError(`url begins with ${show(start)}: ${show(text)}; use tri://host:port`);
  }
  const [authority = ""] = /^[^/?#]*/.exec(text.replace(/^[^:/?#[\]]*:\/\//, "")) ?? [];
  if (isIPv6(authority) || isIPv6(authority.replace(/:[^:]*$/, ""))) {
    throw new TypeError(
      `url has an IPv6 host without brackets: ${show(text)}; put an IPv6 host in brackets, as in [::1]:50051`,
    );
  }
}

function checkScheme(scheme: string | undefined, text: string): void {
  if (scheme === undefined || scheme === "tri") return;
  const isHttp = /^https?$/i.test(scheme);
  const hint = isHttp ? `; use tri:// instead of ${scheme}://` : "";
  throw new TypeError(
    `url has the unknown scheme ${show(scheme)}, known is "tri": ${show(text)}${hint}`,
  );
}

function parsePort(port: string | undefined, text: string): number {
  if (port === undefined) return defaultPort;
  const value = /^\d+$/.test(port) ? Number(port) : port;
  if (typeof value === "number" && value >= 1 && value <= 65_535) return value;
  return checkWholeNumber(`port of url ${show(text)}`, value, 1, 65_535);
}
