/** What stands in the metadata of an instance's entry, besides what a provider says of itself. */
import type { Provider } from "@thrice/core";
import type { MetadataInfo } from "./metadata-info.js";
import { isRecord, readJson, textsOf } from "./read-json.js";
import type { ServiceInstance } from "./service-instance.js";

/** Where the metadata of an application is: asked of its instances, or in the engine. */
export type MetadataPlace = "local" | "remote";

/** Version of the service that is asked. */
export const metadataVersion = "2.0.0";

/** Makes the entry of the instance that listens at the address of `providers`, which is one. */
export function instanceFrom(
  info: MetadataInfo,
  providers: readonly Provider[],
  place: MetadataPlace,
): ServiceInstance {
  const { host = "", port = 0, params = {} } = providers[0]?.address ?? {};
  const metadata: Record<string, string> = {
    "dubbo.endpoints": JSON.stringify([{ port, protocol: "tri" }]),
    "dubbo.metadata-service.url-params": JSON.stringify({
      dubbo: "2.0.2",
      port: String(port),
      protocol: "tri",
      side: "provider",
      version: metadataVersion,
    }),
    "dubbo.metadata.revision": info.revision,
    "dubbo.metadata.storage-type": place,
    "meta-v": metadataVersion,
  };
  for (const name of ["dubbo.tag", "environment", "timestamp", "weight", "zone"]) {
    const value = params[name];
    if (value !== undefined && value !== "") metadata[name] = value;
  }
  return { application: info.app, host, port, metadata };
}

/** Revision of what an instance provides; empty if it does not say. */
export function revisionOfInstance({ metadata }: ServiceInstance): string {
  return metadata["dubbo.metadata.revision"] ?? "";
}

/** Where an instance's metadata is. */
export function placeOf({ metadata }: ServiceInstance): MetadataPlace {
  return metadata["dubbo.metadata.storage-type"] === "remote" ? "remote" : "local";
}

/** Port at which an instance can be asked for its metadata, or why it cannot. */
export function metadataPortOf({
  metadata,
}: ServiceInstance): { ok: true; port: number } | { ok: false; reason: string } {
  const params = textsOf(readJson(metadata["dubbo.metadata-service.url-params"] ?? ""));
  const { protocol = "", port = "" } = params;
  if (protocol === "") return { ok: false, reason: "it does not say where its metadata is" };
  const version = metadata["meta-v"] ?? params.version ?? "";
  if (protocol !== "tri" || !version.startsWith("2.")) {
    const how = `protocol ${protocol}, version ${version || "unknown"}`;
    return { ok: false, reason: `its metadata is served with ${how}, not with tri, version 2` };
  }
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) {
    return { ok: false, reason: `port ${JSON.stringify(port)} of its metadata is none` };
  }
  return { ok: true, port: number };
}

/** Ports at which an instance speaks Triple; its own if it does not say which. */
export function portsOf({ metadata, port }: ServiceInstance): readonly number[] {
  const list = readJson(metadata["dubbo.endpoints"] ?? "");
  if (!Array.isArray(list)) return [port];
  const ports = list.flatMap((one) =>
    isRecord(one) && one.protocol === "tri" && typeof one.port === "number" ? [one.port] : [],
  );
  return ports.filter((one) => one >= 1 && one <= 65_535);
}
