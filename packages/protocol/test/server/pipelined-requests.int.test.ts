/** Requests of HTTP/1.1 that are sent before the answers to those in front of them. */
import { connect } from "node:net";
import { Code, type HandlerContext } from "@connectrpc/connect";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope } from "./support/raw-client.js";
import { echo, happening, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

function request(method: string, type: string, body: string): string {
  const head = `POST /kinds.KindsService/${method} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}`;
  return `${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const unary = request("Unary", "application/json", '{"text":"hi"}');
/** Answered with 505 and the end of the connection. */
const chat = request("Chat", "application/connect+json", "0123456789");

/** Sends all at once, and answers with the status lines that came until the server closed. */
async function exchange(port: number, text: string): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    answer += part;
  });
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(text);
  await closed;
  return answer.match(/HTTP\/1\.1 \d+/g) ?? [];
}

// Once the second of two such requests brought the process down: its request failed after its answer had closed, and then
// nobody listened to its "error" any more.
test("behind one that ends the connection go nowhere, and the server goes on", async () => {
  const { port } = closing(await openServed(echo));
  for (const text of [chat + chat, unary + chat + unary, chat + unary, chat + chat + chat]) {
    const statuses = await exchange(port, text);
    expect(statuses.at(-1)).toBe("HTTP/1.1 505");
  }
  const last = unary.replace("host: x", "host: x\r\nconnection: close");
  expect(await exchange(port, unary + unary + last)).toEqual(Array(3).fill("HTTP/1.1 200"));
});

// Once such streams stayed open for ever, as Node tells a response that waits for its turn neither of room nor of the end.
test.each([
  { what: "first", before: "" },
  { what: "second", before: "x" },
])("that are streams are left when the connection breaks: the $what", async ({ before }) => {
  const [begun, left] = [happening(), happening()];
  const served = closing(
    await openServed({
      ...echo,
      async *watch({ text }: Note) {
        try {
          // The first request of the two is answered slowly, so that the second one waits behind it.
          for (let at = 0; ; at++) {
            if (text === "slow") await new Promise((resolve) => setImmediate(resolve));
            yield note("x".repeat(10_000));
            if (text === "long" && at === 0) begun.happens();
          }
        } finally {
          if (text === "long") left.happens();
        }
      },
    }),
  );
  const watch = (text: string) =>
    request("Watch", "application/grpc-web+proto", envelope(text).toString("latin1"));
  const socket = connect(served.port, "127.0.0.1");
  socket.on("error", () => undefined).pause();
  socket.write((before === "" ? "" : watch("slow")) + watch("long"), "latin1");
  await begun.happened;
  socket.destroy();
  await left.happened;
});

test("that wait behind another one are cancelled when the connection breaks", async () => {
  const begun = happening();
  const reasons: unknown[] = [];
  const bothLeft = happening();
  const served = closing(
    await openServed({
      unary: (_: Note, { signal }: HandlerContext) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason);
            if (reasons.push(signal.reason) === 2) bothLeft.happens();
          });
          begun.happens();
        }),
    }),
  );
  const socket = connect(served.port, "127.0.0.1").on("error", () => undefined);
  socket.write(unary + unary);
  await begun.happened;
  socket.destroy();
  await bothLeft.happened;
  expect(reasons).toMatchObject([{ code: Code.Canceled }, { code: Code.Canceled }]);
});

test("a request of HTTP/1.0, which names no host, is served", async () => {
  const { port } = closing(await openServed(echo));
  const old = unary.replace("HTTP/1.1\r\nhost: x", "HTTP/1.0");
  expect(await exchange(port, old)).toEqual(["HTTP/1.1 200"]);
});
