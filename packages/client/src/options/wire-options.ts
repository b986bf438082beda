/** What a client speaks with its servers. */
import { checkBoolean, checkOneOf } from "@thrice/core";

/** Options of a client that say what is spoken. Names are those that users of Connect know. */
export interface WireOptions {
  /** gRPC is the fastest; the others go through what stands between, such as proxies. @defaultValue "grpc" */
  readonly protocol?: "grpc" | "connect" | "grpc-web" | undefined;
  /** What carries Connect and gRPC-Web; gRPC needs HTTP/2. @defaultValue "2" */
  readonly httpVersion?: "1.1" | "2" | undefined;
  /** Messages in the binary form; as JSON if false. @defaultValue true */
  readonly useBinaryFormat?: boolean | undefined;
  /**
   * Whether Connect asks with GET where a method has no side effects, so that answers can be cached; a request that is too long
   * for a URL goes with POST. @defaultValue false
   */
  readonly useHttpGet?: boolean | undefined;
}

/** The options with every default filled in. */
export interface ResolvedWireOptions {
  readonly protocol: "grpc" | "connect" | "grpc-web";
  readonly httpVersion: "1.1" | "2";
  readonly useBinaryFormat: boolean;
  readonly useHttpGet: boolean;
}

/** Names of these options. */
export const wireOptionNames = ["protocol", "httpVersion", "useBinaryFormat", "useHttpGet"];

/** @throws TypeError naming field, bound and value. */
export function resolveWireOptions(options: WireOptions): ResolvedWireOptions {
  // Defaults of a destructuring stand in for undefined only: null is a wrong value, not an unset one.
  const { protocol = "grpc", httpVersion = "2" } = options;
  const { useBinaryFormat = true, useHttpGet = false } = options;
  const resolved = {
    protocol: checkOneOf("protocol", protocol, ["grpc", "connect", "grpc-web"]),
    httpVersion: checkOneOf("httpVersion", httpVersion, ["1.1", "2"]),
    useBinaryFormat: checkBoolean("useBinaryFormat", useBinaryFormat),
    useHttpGet: checkBoolean("useHttpGet", useHttpGet),
  };
  if (protocol === "grpc" && httpVersion !== "2") {
    throw new TypeError(`httpVersion must be '2' with protocol 'grpc', got '${httpVersion}'`);
  }
  if (useHttpGet && protocol !== "connect") {
    throw new TypeError(`useHttpGet must be false with protocol '${protocol}', got true`);
  }
  return resolved;
}
