/**
 * The published attacks on HTTP/2 against a whole server with its defaults, over a real socket: the attacker's connection ends,
 * and others are served meanwhile. docs/reference/denial-of-service.md lists them; the tests of `@thrice/http2` have the limits.
 */
import { connect, type Socket } from "node:net";
import { closeAfterEach } from "../support/close-after-each.js";
import { envelope } from "../support/envelope.js";
import {
  dataFrames,
  frame,
  headerFrames,
  preface,
  settings,
  settingsAck,
  uint32,
} from "../support/frames.js";
import { openThriceCaller } from "../support/peers/connect-caller.js";
import { serve } from "../support/served.js";

const closing = closeAfterEach();
const enhanceYourCalm = 11;
const compressionError = 9;

const fields = [
  ...[":method", "POST", ":scheme", "http", ":path", "/kinds.KindsService/Unary"],
  ...[":authority", "attack", "content-type", "application/grpc", "te", "trailers"],
];

interface Attack {
  readonly attack: string;
  /** What is sent for the number `at`, 0 at first. */
  readonly send: (at: number) => Uint8Array;
  readonly code?: number;
}

const streamId = (at: number) => 1 + 2 * at;
const request = (at: number) => headerFrames(streamId(at), fields, { isLast: false });
const once = (first: Uint8Array, then: Uint8Array) => (at: number) => (at === 0 ? first : then);
const nothing = new Uint8Array();
const hpackEntry = Buffer.concat([
  Buffer.from([0x40, 1, 97, 127, 129, 23]),
  Buffer.alloc(3_072, 98),
]);

const attacks: readonly Attack[] = [
  {
    attack: "rapid reset",
    send: (at) => Buffer.concat([request(at), frame(3, 0, streamId(at), uint32(8))]),
  },
  {
    attack: "made you reset, by window updates of 0",
    send: (at) => Buffer.concat([request(at), frame(8, 0, streamId(at), uint32(0))]),
  },
  {
    attack: "made you reset, by DATA after the end",
    send: (at) =>
      Buffer.concat([
        request(at),
        dataFrames(streamId(at), envelope("wait"), { isLast: true }),
        dataFrames(streamId(at), envelope("more"), { isLast: true }),
      ]),
  },
  {
    attack: "CONTINUATION flood",
    send: once(frame(1, 0, 1, Buffer.from([0, 1, 97, 1, 98])), frame(9, 0, 1, Buffer.from([0x88]))),
  },
  {
    attack: "HPACK bomb",
    send: (at) =>
      at === 0 ? frame(1, 5, 1, hpackEntry) : frame(1, 5, streamId(at), Buffer.alloc(16_384, 0xbe)),
  },
  {
    attack: "a header table above the limit",
    send: () => frame(1, 5, 1, Buffer.from([0x3f, 0xe2, 0x1f])),
    code: compressionError,
  },
  { attack: "PING flood", send: () => frame(6, 0, 0, Buffer.alloc(8)) },
  { attack: "SETTINGS flood", send: () => settings },
  { attack: "empty DATA frames", send: once(request(0), frame(0, 0, 1, nothing)) },
  { attack: "PRIORITY flood", send: () => frame(2, 0, 1, Buffer.alloc(5)) },
  { attack: "unknown frames", send: () => frame(200, 0, 0, nothing) },
  { attack: "window updates of a byte", send: () => frame(8, 0, 0, uint32(1)) },
];

describe("a server with its defaults", () => {
  async function open() {
    const handler = { unary: waitingUnary };
    const { port } = closing(await serve({ scheme: "http", server: {} }, handler));
    const other = closing(openThriceCaller(port));
    const socket = connect(port, "127.0.0.1");
    closing({ close: async () => socket.destroy() });
    socket.on("error", () => undefined);
    socket.write(Buffer.concat([preface, settings, settingsAck]));
    return { socket, other };
  }

  test.each(attacks)(
    "ends a connection by $attack, and serves the others",
    async ({ send, code = enhanceYourCalm }) => {
      const { socket, other } = await open();
      const ended = goawayCode(socket);
      for (let at = 0; at < 100_000 && !socket.destroyed; at++) {
        if (!socket.write(send(at))) await roomOrEnd(socket);
        if (at % 1_000 === 0) expect(await texts(other)).toEqual(["hi"]);
      }
      expect(await ended).toBe(code);
      expect(await texts(other)).toEqual(["hi"]);
    },
  );
});

/** Answers with the text; for `wait`, not before the caller is gone. */
function waitingUnary({ text }: { text: string }, { signal }: { signal: AbortSignal }) {
  if (text !== "wait") return { text };
  return new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

async function texts(caller: ReturnType<typeof openThriceCaller>): Promise<readonly string[]> {
  async function* one() {
    yield "hi";
  }
  return (await caller.call("unary", one())).texts;
}

/** The code of the last GOAWAY before the connection ends. */
function goawayCode(socket: Socket): Promise<number | undefined> {
  const chunks: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => chunks.push(bytes));
  return new Promise((resolve) => {
    socket.once("close", () => resolve(lastGoaway(Buffer.concat(chunks))));
  });
}

function lastGoaway(bytes: Buffer): number | undefined {
  let code: number | undefined;
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes.readUInt8(at + 3) === 7) code = bytes.readUInt32BE(at + 13);
  }
  return code;
}

function roomOrEnd(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off("drain", go).off("close", go);
      resolve();
    };
    socket.on("drain", go).on("close", go);
  });
}
