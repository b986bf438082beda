/** What breaks the rules at the server's door: the right code, no line in the log, no handler, and the server goes on. */
import { once } from "node:events";
import { connect } from "node:net";
import { badInputs, badInputWires, codeOf } from "./support/bad-input.js";
import { Bench } from "./support/bench.js";
import { send } from "./support/raw-request.js";

const bench = new Bench();
afterEach(() => bench.close());

/** A server that answers, and takes note of the texts that reached a handler. */
async function open() {
  const handled: string[] = [];
  const served = await bench.serve(
    {
      unary: ({ text }) => {
        handled.push(text);
        return { text };
      },
      async *watch({ text }) {
        handled.push(text);
        yield { text };
      },
    },
    { maxReceiveBytes: 1_000 },
  );
  const { peer, logger } = served;
  const stillServes = async () => {
    const { text } = await peer("connect").unary({ text: "still here" });
    expect(text).toBe("still here");
    expect(logger.records).toEqual([]);
  };
  return { ...served, handled, stillServes };
}

describe.each(badInputWires)("$wire:", (wire) => {
  test.each(badInputs(wire))("$what comes to $answer", async ({ request, answer }) => {
    const { url, handled, stillServes } = await open();
    const reply = await send(wire.version, url, request);
    expect(codeOf(wire, reply)).toBe(answer);
    expect(handled).toEqual(answer === "ok" ? [""] : []);
    await stillServes();
  });
});

describe("bytes that are no request", () => {
  const post =
    "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  test.each([
    { what: "noise", bytes: "\u0001\u0002\u0003\u0004 noise \r\n\r\n", answer: /^HTTP\/1.1 400/ },
    {
      what: "a TLS handshake",
      bytes: "\u0016\u0003\u0001\u0002\u0000\u0001",
      answer: /^(HTTP\/1.1 400.*)?$/s,
    },
    {
      what: "a line without an end",
      bytes: `POST /${"a".repeat(20_000)}`,
      answer: /^HTTP\/1.1 431/,
    },
    {
      what: "a header without a colon",
      bytes: `${post}nonsense\r\n\r\n`,
      answer: /^HTTP\/1.1 400/,
    },
    {
      what: "a length that is none",
      bytes: `${post}content-length: -1\r\n\r\n{}`,
      answer: /^HTTP\/1.1 400/,
    },
    {
      what: "two lengths",
      bytes: `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      answer: /^HTTP\/1.1 400/,
    },
    {
      what: "a chunk that is none",
      bytes: `${post}transfer-encoding: chunked\r\n\r\nzz\r\n`,
      answer: /^HTTP\/1.1 400/,
    },
    {
      what: "noise after HTTP/2's preface",
      bytes: `${preface}${"noise".repeat(10)}`,
      answer: /GOAWAY|/,
    },
  ])("such as $what end their connection only", async ({ bytes, answer }) => {
    const { server, handled, stillServes } = await open();
    const socket = connect({ port: server.port ?? 0, host: "127.0.0.1" });
    let received = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
    });
    socket.on("error", () => undefined);
    socket.end(bytes, "latin1");
    await once(socket, "close");
    expect(received).toMatch(answer);
    expect(handled).toEqual([]);
    await stillServes();
  });
});
