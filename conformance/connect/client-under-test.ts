/**
 * Thrice's client as the runner of the suite wants it: reads calls from the standard input, makes them, some at
 * once, and tells on the standard output how each ended. Ends with its input.
 */
import { create } from "@bufbuild/protobuf";
import {
  type ClientCompatRequest,
  ClientCompatRequestSchema,
  ClientCompatResponseSchema,
} from "../.cache/connect/gen/connectrpc/conformance/v1/client_compat_pb.js";
import { clientFor, closeClients } from "./clients.js";
import { readMessages, writeMessage } from "./framed-messages.js";
import { invoke } from "./invoke.js";

/** Calls at once: enough to wait out delays, and few enough for deadlines to hold on two cores. */
const maxCalls = 8;

const running = new Set<Promise<void>>();
for await (const request of readMessages(ClientCompatRequestSchema, process.stdin)) {
  const call = answer(request).finally(() => running.delete(call));
  running.add(call);
  if (running.size >= maxCalls) await Promise.race(running);
}
await Promise.all(running);
await closeClients();

async function answer(request: ClientCompatRequest): Promise<void> {
  const { testName } = request;
  const result = await resultOf(request);
  writeMessage(
    ClientCompatResponseSchema,
    create(ClientCompatResponseSchema, { testName, result }),
  );
}

/** What keeps a call from being made is not the error of a call. */
async function resultOf(request: ClientCompatRequest) {
  try {
    return { case: "response", value: await invoke(clientFor(request), request) } as const;
  } catch (reason) {
    const message = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    return { case: "error", value: { message } } as const;
  }
}
