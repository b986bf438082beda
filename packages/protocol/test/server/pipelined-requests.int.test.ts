/** Requests of HTTP/1.1 that are sent before the answers to those in front of them. */
import { connect } from "node:net";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { echo, openServed } from "./support/served.js";

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
