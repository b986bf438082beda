import type { DescService, Registry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import type { CommonTransportOptions, UniversalClientFn } from "@connectrpc/connect/protocol";
import { createTransport as connectTransport } from "@connectrpc/connect/protocol-connect";
import { createTransport as grpcTransport } from "@connectrpc/connect/protocol-grpc";
import { createTransport as webTransport } from "@connectrpc/connect/protocol-grpc-web";
import type { ChannelRequest } from "../channel.js";
import { encodingOf } from "../grpc/client-request.js";
import { brotli, gzip } from "../grpc/encodings.js";
import { jsonTypesOf } from "../json/json-types.js";
import type { HttpConnections } from "./http-exchange.js";

/** What is spoken. */
export type Protocol = "grpc" | "connect" | "grpc-web";

/** What the attempts on one channel share. */
export interface UniversalContextOptions {
  readonly protocol: Protocol;
  /** Messages in the binary form; as JSON if false. */
  readonly useBinaryFormat: boolean;
  /** Whether Connect asks with GET where nothing can be changed by it, and the request is short enough for a URL. */
  readonly useHttpGet: boolean;
  /** Scheme and authority. */
  readonly baseUrl: string;
  readonly connections: HttpConnections;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
}

export class UniversalContext {
  readonly protocol: Protocol;
  readonly connections: HttpConnections;
  readonly #options: UniversalContextOptions;
  readonly #types = new WeakMap<DescService, Registry>();

  constructor(options: UniversalContextOptions) {
    this.protocol = options.protocol;
    this.connections = options.connections;
    this.#options = options;
  }

  /** Makes what speaks for one attempt; its HTTP goes through `httpClient`. `instead` replaces options. */
  transportFor(
    request: ChannelRequest,
    httpClient: UniversalClientFn,
    instead: { readonly useHttpGet?: boolean } = {},
  ): Transport {
    const { baseUrl, useBinaryFormat, useHttpGet, maxReceiveBytes } = {
      ...this.#options,
      ...instead,
    };
    const { compressMinBytes } = request;
    const options: CommonTransportOptions = {
      ...{ httpClient, baseUrl, useBinaryFormat, useHttpGet, interceptors: [] },
      acceptCompression: [gzip, brotli],
      sendCompression: compressMinBytes === undefined ? null : encodingOf(request),
      // Connect compresses what is longer than its bound.
      compressMinBytes: (compressMinBytes ?? 0) - 1,
      readMaxBytes: maxReceiveBytes,
      writeMaxBytes: 0xffff_ffff,
      ...(!useBinaryFormat && { jsonOptions: { registry: this.#typesOf(request) } }),
    };
    return transports[this.protocol](options);
  }

  #typesOf({ method: { parent } }: ChannelRequest): Registry {
    let types = this.#types.get(parent);
    if (types === undefined) {
      types = jsonTypesOf(parent);
      this.#types.set(parent, types);
    }
    return types;
  }
}

const transports = { grpc: grpcTransport, connect: connectTransport, "grpc-web": webTransport };
