import { type ClientOptions, hedged } from "@thrice/client";
import type { CallerTraits } from "./call-plan.js";

/** A client of the soak: what it speaks, and how it goes about failures. */
export interface Wire extends Omit<CallerTraits, "canGiveUp"> {
  readonly name: string;
  readonly options: Omit<ClientOptions, "url">;
}

/** Every protocol, and gRPC more than once, as most calls go that way. */
export const wires: readonly Wire[] = [
  { name: "gRPC", hedges: false, canChat: true, options: {} },
  {
    name: "gRPC, hedged",
    hedges: true,
    canChat: true,
    options: { cluster: hedged({ delayMs: 30 }) },
  },
  {
    name: "gRPC with gzip",
    hedges: false,
    canChat: true,
    options: { compression: "gzip", compressMinBytes: 100 },
  },
  { name: "Connect", hedges: false, canChat: true, options: { protocol: "connect" } },
  {
    name: "Connect with JSON and GET over HTTP/1.1",
    hedges: false,
    canChat: false,
    options: {
      protocol: "connect",
      httpVersion: "1.1",
      useBinaryFormat: false,
      useHttpGet: true,
    },
  },
  { name: "gRPC-Web", hedges: false, canChat: true, options: { protocol: "grpc-web" } },
  {
    name: "gRPC-Web over HTTP/1.1",
    hedges: false,
    canChat: false,
    options: { protocol: "grpc-web", httpVersion: "1.1" },
  },
];
