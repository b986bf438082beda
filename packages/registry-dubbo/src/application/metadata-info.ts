/**
 * What an application provides: its services, and a revision by which consumers know whether they have changed.
 *
 * @see dubbo-go metadata/info/metadata_info.go
 */
import { createHash } from "node:crypto";
import { formatServiceKey, type Provider } from "@thrice/core";
import { isRecord, readJson, textsOf } from "./read-json.js";

/** One service of an application. */
export interface ServiceInfo {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly protocol: string;
  /** 0 where the entry of the instance says it. */
  readonly port: number;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The services of an application. */
export interface MetadataInfo {
  readonly app: string;
  readonly revision: string;
  /** By service key and protocol: `group/interface:version:tri`. */
  readonly services: Readonly<Record<string, ServiceInfo>>;
}

/** Revision of an application without services. */
export const emptyRevision = "0";

/** Says what `providers` provide. When they began is theirs, not their services': or no two processes would be alike. */
export function metadataFrom(app: string, providers: readonly Provider[]): MetadataInfo {
  const services: Record<string, ServiceInfo> = {};
  for (const provider of providers) {
    const info = serviceInfoFrom(app, provider);
    services[matchKeyOf(info)] = info;
  }
  return { app, services, revision: revisionOf(app, services) };
}

function serviceInfoFrom(app: string, provider: Provider): ServiceInfo {
  const { service, group, version, methods, address } = provider;
  const { timestamp: _, ...params } = address.params;
  const all: Record<string, string> = {
    ...params,
    application: app,
    group,
    version,
    serialization: "protobuf",
    methods: methods.join(","),
  };
  return {
    name: service,
    group,
    version,
    protocol: "tri",
    port: address.port,
    path: service,
    params: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")),
  };
}

/** Under which a service is found in `services`. */
export function matchKeyOf(info: Pick<ServiceInfo, "name" | "group" | "version" | "protocol">) {
  const { name, group, version, protocol } = info;
  return `${formatServiceKey(name, group, version === "0.0.0" ? "" : version)}:${protocol}`;
}

function revisionOf(app: string, services: Readonly<Record<string, ServiceInfo>>): string {
  const keys = Object.keys(services).sort();
  if (keys.length === 0) return emptyRevision;
  const hash = createHash("sha512").update(app);
  for (const key of keys) hash.update(describe(services[key] as ServiceInfo));
  return hash.digest("hex");
}

/** As Dubbo describes a service to count its revision: separated by bars, parameters and methods sorted. */
function describe({ name, group, version, protocol, port, path, params }: ServiceInfo): string {
  const { methods = "", ...others } = params;
  const query = Object.keys(others)
    .sort()
    .map((key) => `${key}=${others[key]}`)
    .join("&");
  const sorted = methods.split(",").sort().join(",");
  return [name, group, version, protocol, port, path, query, sorted].join("|");
}

/** Renders it as Dubbo keeps it in engines. Units: `nowMs` is when, in milliseconds since 1970. */
export function formatMetadata(info: MetadataInfo, nowMs: number): string {
  return JSON.stringify({ ...info, lastUpdatedTime: nowMs });
}

/** Reads what `formatMetadata`, Go and Java write; undefined if it is none. Never throws. */
export function readMetadata(text: string): MetadataInfo | undefined {
  const fields = readJson(text);
  if (!isRecord(fields) || !isRecord(fields.services)) return undefined;
  const list = Object.values(fields.services).flatMap((one) => readService(one) ?? []);
  return { ...textsOfHead(fields), services: byMatchKey(list) };
}

/** The same from a list of services. */
export function byMatchKey(list: readonly ServiceInfo[]): Record<string, ServiceInfo> {
  return Object.fromEntries(list.map((info) => [matchKeyOf(info), info]));
}

function textsOfHead(fields: Readonly<Record<string, unknown>>) {
  const { app = "", revision = "" } = textsOf(fields);
  return { app, revision };
}

function readService(value: unknown): ServiceInfo | undefined {
  if (!isRecord(value)) return undefined;
  const { name = "", group = "", version = "", protocol = "", path = name } = textsOf(value);
  if (name === "") return undefined;
  const port = typeof value.port === "number" ? value.port : 0;
  return { name, group, version, protocol, port, path, params: textsOf(value.params) };
}
