/**
 * Instances of applications, as their entries have them: `/services/<application>/<host>:<port>`.
 *
 * @see dubbo-go registry/service_instance.go and remoting/zookeeper/curator_discovery, and Dubbo's DefaultServiceInstance
 */
import { isRecord, readJson, textsOf } from "./read-json.js";

/** One port of a process, and what it says of itself. */
export interface ServiceInstance {
  readonly application: string;
  readonly host: string;
  readonly port: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * How an instance is written: `plain`, which Dubbo-go and Dubbo for Java read in etcd, though each spells the names its own way;
 * `curator`, as both do it in ZooKeeper. What is read may be either.
 */
export type InstanceForm = "plain" | "curator";

/** An instance that was read, or why it cannot be. */
export type InstanceEntry =
  | { readonly ok: true; readonly instance: ServiceInstance }
  | { readonly ok: false; readonly reason: string };

/** Renders an instance. */
export function formatInstance(
  { application, host, port, metadata }: ServiceInstance,
  form: InstanceForm,
): string {
  const id = `${host}:${port}`;
  const tag = metadata["dubbo.tag"] ?? "";
  if (form === "plain") {
    const weight = wholeWeight(metadata.weight);
    // Go reads names in any spelling. It says enable, Java enabled.
    return JSON.stringify({
      id,
      serviceName: application,
      host,
      port,
      ...(weight !== undefined && { weight }),
      enable: true,
      enabled: true,
      healthy: true,
      metadata,
      address: id,
      tag,
    });
  }
  const payload = {
    "@class": "org.apache.dubbo.registry.zookeeper.ZookeeperInstance",
    id,
    name: application,
    metadata,
  };
  return JSON.stringify({
    name: application,
    id,
    address: host,
    port,
    payload,
    ...(tag !== "" && { tag }),
  });
}

/** Reads what `formatInstance`, Go and Java write. Never throws. */
export function readInstance(application: string, text: string): InstanceEntry {
  const read = readJson(text);
  if (!isRecord(read)) return { ok: false, reason: "it is no JSON object" };
  const fields = inLowerCase(read);
  if (fields.enable === false || fields.enabled === false || fields.healthy === false) {
    return { ok: false, reason: "" };
  }
  const host = isRecord(fields.payload) ? fields.address : fields.host;
  const { port, tag, weight } = fields;
  if (typeof host !== "string" || !/^[^\s/?#@]+$/.test(host)) return bad("host", host);
  if (/^[0.]+$|^::$/.test(host)) return bad("host", host);
  if (typeof port !== "number" || !(port >= 1 && port <= 65_535)) return bad("port", port);
  const payload = isRecord(fields.payload) ? fields.payload : fields;
  const metadata: Record<string, string> = { ...textsOf(payload.metadata) };
  if (typeof tag === "string" && tag !== "") metadata["dubbo.tag"] ??= tag;
  if (typeof weight === "number" && weight > 0) metadata.weight ??= String(weight);
  const instance = { application, host: host.toLowerCase(), port, metadata };
  return { ok: true, instance };
}

function inLowerCase(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function bad(field: string, value: unknown): InstanceEntry {
  return { ok: false, reason: `its ${field} is ${JSON.stringify(value) ?? "missing"}` };
}

/** Go takes whole numbers alone. */
function wholeWeight(weight: string | undefined): number | undefined {
  return weight !== undefined && /^\d{1,7}$/.test(weight) ? Number(weight) : undefined;
}
