/**
 * Attributes that calls of a method share.
 *
 * Hot path: they are made once for each method; spans and records copy them.
 */
import type { DescMethod } from "@bufbuild/protobuf";
import type { Attributes } from "@opentelemetry/api";
import type { Address } from "@thrice/core";
import { type RpcSystem, statusOf } from "./status.js";

/** What is told of each call of a method. */
export interface MethodTelemetry {
  /** `package.Service/Method`, which is also the name of a span. */
  readonly name: string;
  /** Name of an attempt's span. */
  readonly attemptName: string;
  /** Attributes that spans and durations share. */
  readonly attributes: Attributes;
  /** Those of the duration of a call that the server answered well. */
  readonly okAttributes: Attributes;
}

/** Remembers them. */
export class KnownAttributes {
  readonly #methods: Record<RpcSystem, WeakMap<DescMethod, MethodTelemetry>> = {
    grpc: new WeakMap(),
    connectrpc: new WeakMap(),
  };
  readonly #addresses = new WeakMap<Address, Attributes>();

  /** What is told of the calls of `method`. */
  ofMethod(system: RpcSystem, method: DescMethod): MethodTelemetry {
    const known = this.#methods[system].get(method);
    if (known !== undefined) return known;
    const name = `${method.parent.typeName}/${method.name}`;
    const attributes = { "rpc.system.name": system, "rpc.method": name };
    const okAttributes = { ...attributes, "rpc.response.status_code": statusOf(system, "ok") };
    const made = { name, attemptName: `attempt ${name}`, attributes, okAttributes };
    this.#methods[system].set(method, made);
    return made;
  }

  /** Where an endpoint is. A Unix socket has a path and no port. */
  ofAddress(address: Address): Attributes {
    const known = this.#addresses.get(address);
    if (known !== undefined) return known;
    const made: Attributes =
      "path" in address
        ? { "server.address": address.path }
        : { "server.address": address.host, "server.port": address.port };
    this.#addresses.set(address, made);
    return made;
  }
}
