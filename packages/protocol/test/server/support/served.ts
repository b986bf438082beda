/** A WireServer with the test service; its time is moved by hand. */

import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { WireServer } from "../../../src/server/wire-server.js";
import { KindsService, type Note, NoteSchema } from "../../gen/kinds/kinds_pb.js";

export type Kinds = Partial<ServiceImpl<typeof KindsService>>;

/** Starts a server on a port of the system's choice. */
export async function openServed(
  implementation: Kinds = echo,
  maxReceiveBytes = 4 * 1024 * 1024,
  compressMinBytes?: number,
  encoding?: "gzip" | "br",
) {
  const clock = new FakeClock();
  const logger = memoryLogger();
  const compressing = { compressMinBytes, encoding };
  const service = { service: KindsService, implementation, maxReceiveBytes, ...compressing };
  const server = new WireServer({ services: [service], logger, clock });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  const close = async () => {
    const closed = server.close(0);
    await clock.advance(0);
    await closed;
  };
  return { server, port, clock, logger, close };
}

export function note(text: string): Note {
  return create(NoteSchema, { text });
}

export async function* notes(...texts: string[]): AsyncGenerator<Note> {
  for (const text of texts) yield note(text);
}

/** Answers with what it gets. */
export const echo = {
  unary: ({ text }: Note) => note(text),
  async *watch({ text }: Note) {
    for (const letter of text) yield note(letter);
  },
  async collect(requests: AsyncIterable<Note>) {
    const texts: string[] = [];
    for await (const { text } of requests) texts.push(text);
    return note(texts.join("+"));
  },
  async *chat(requests: AsyncIterable<Note>) {
    for await (const { text } of requests) yield note(`re: ${text}`);
  },
} satisfies Kinds;

/** Something that happens once, and can be waited for. */
export function happening<T = void>() {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { happened: promise, happens: resolve };
}
