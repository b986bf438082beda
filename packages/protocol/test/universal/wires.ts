import type { ChannelOptions } from "../../src/index.js";

/** What a channel can speak beside gRPC in the binary form. */
export const wires: readonly {
  readonly wire: string;
  readonly options: Partial<ChannelOptions>;
}[] = (["2", "1.1"] as const).flatMap((httpVersion) => [
  { wire: `Connect over HTTP/${httpVersion}`, options: { protocol: "connect", httpVersion } },
  {
    wire: `Connect in JSON over HTTP/${httpVersion}`,
    options: { protocol: "connect", httpVersion, useBinaryFormat: false },
  },
  { wire: `gRPC-Web over HTTP/${httpVersion}`, options: { protocol: "grpc-web", httpVersion } },
  ...(httpVersion === "2"
    ? [{ wire: "gRPC in JSON", options: { protocol: "grpc", useBinaryFormat: false } as const }]
    : []),
]);
