import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { systemClock } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import type { CallGate } from "../src/server/call-gate.js";
import { WireServer } from "../src/server/wire-server.js";
import { KindsService, NoteSchema } from "../test/gen/kinds/kinds_pb.js";

/** Serves nobody: a gate refuses each call, with one error for all. */
export function serveRefusals(): Promise<number> {
  const metadata = { "grpc-retry-pushback-ms": "100" };
  const error = new ConnectError("as many calls run as may", Code.ResourceExhausted, metadata);
  const gate: CallGate = { admit: () => ({ kind: "refused", error }) };
  const gates = new Map([["unary", gate]]);
  const service = { service: KindsService, implementation: {}, maxReceiveBytes: 4_096, gates };
  const server = new WireServer({
    services: [service],
    logger: memoryLogger(),
    clock: systemClock,
  });
  return server.listen({ host: "127.0.0.1", port: 0 });
}

/** Serves an echo with an async handler, a stream of as many messages as it is told, and a count of those it gets. */
export function serveWire(): Promise<number> {
  const implementation: Partial<ServiceImpl<typeof KindsService>> = {
    unary: async ({ text }) => create(NoteSchema, { text }),
    async *watch({ text }) {
      for (let left = Number(text); left > 0; left--) {
        yield create(NoteSchema, { text: "hello world" });
      }
    },
    async collect(requests) {
      let count = 0;
      for await (const _ of requests) count++;
      return create(NoteSchema, { text: String(count) });
    },
  };
  const service = { service: KindsService, implementation, maxReceiveBytes: 4 * 1024 * 1024 };
  const server = new WireServer({
    services: [service],
    logger: memoryLogger(),
    clock: systemClock,
  });
  return server.listen({ host: "127.0.0.1", port: 0 });
}
