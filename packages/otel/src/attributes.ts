import type { DescMethod } from "@bufbuild/protobuf";
import type { Attributes } from "@opentelemetry/api";
import type { Address } from "@thrice/core";
import type { RpcSystem } from "./status.js";

/** `package.Service/Method`, which is also the name of a span. */
export function methodName({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}

/** Attributes that spans and durations share. */
export function rpcAttributes(system: RpcSystem, method: DescMethod): Attributes {
  return { "rpc.system.name": system, "rpc.method": methodName(method) };
}

/** Where an endpoint is. A Unix socket has a path and no port. */
export function serverAttributes(address: Address): Attributes {
  return "path" in address
    ? { "server.address": address.path }
    : { "server.address": address.host, "server.port": address.port };
}
