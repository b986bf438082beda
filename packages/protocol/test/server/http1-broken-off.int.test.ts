/** Callers over HTTP/1.1 that go away in the middle of their request. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openSocket } from "../support/served.js";
import { envelope } from "./support/raw-client.js";
import { openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

test("a handler that reads on hears that its caller is gone, as a cancel", async () => {
  const first = Promise.withResolvers<void>();
  const thrown = Promise.withResolvers<unknown>();
  const collect = async (requests: AsyncIterable<Note>): Promise<Note> => {
    try {
      for await (const _ of requests) first.resolve();
      throw new Error("the request has no end");
    } catch (reason) {
      thrown.resolve(reason);
      throw reason;
    }
  };
  const { port } = closing(await openServed({ collect }));
  const { socket, write } = await openSocket(port);
  const head = ["POST /kinds.KindsService/Collect HTTP/1.1", "host: x"];
  head.push("content-type: application/connect+proto", "transfer-encoding: chunked", "", "");
  await write(head.join("\r\n"));
  const message = envelope("hi");
  await write(Buffer.concat([Buffer.from(`${message.length.toString(16)}\r\n`), message]));
  await write("\r\n");
  await first.promise;
  socket.destroy();
  const error = await thrown.promise;
  expect(error).toBeInstanceOf(ConnectError);
  expect(error).toMatchObject({ code: Code.Canceled });
});
