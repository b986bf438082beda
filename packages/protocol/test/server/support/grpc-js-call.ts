/** Calls made with grpc-js. */
import { type CallOptions, type Client, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { Note } from "../../gen/kinds/kinds_pb.js";
import { noteMethod } from "../../support/grpc-js-peer.js";
import { note } from "./served.js";

/** What grpc-js wants to know of a method. */
export function parts(name: string) {
  const { path, requestSerialize, responseDeserialize } = noteMethod(name);
  return [path, requestSerialize, responseDeserialize] as const;
}

/** How a unary call ended. */
export interface Ended {
  readonly text?: string | undefined;
  readonly error?: ServiceError | null;
  readonly header: Metadata;
  readonly trailer: Metadata;
}

/** Calls and collects all that comes back. */
export function unary(
  client: Client,
  text: string,
  metadata = new Metadata(),
  options: CallOptions = {},
) {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  let [header, trailer] = [new Metadata(), new Metadata()];
  const call = client.makeUnaryRequest(
    ...parts("unary"),
    note(text),
    metadata,
    options,
    // The status comes after the answer.
    (error, value) => setImmediate(() => resolve({ error, text: value?.text, header, trailer })),
  );
  call.on("metadata", (received) => {
    header = received;
  });
  call.on("status", ({ metadata: received }) => {
    trailer = received;
  });
  return { call, ended: promise };
}

/** The texts of all messages of a stream. */
export async function textsOf(stream: AsyncIterable<Note>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of stream) texts.push(text);
  return texts;
}
