import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { FakeClock } from "@thrice/core/testing";
import { type HttpVersion, sniffProtocol } from "./sniff-protocol.js";

function sniff() {
  const clock = new FakeClock();
  const socket = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const found: HttpVersion[] = [];
  let handedOver = "";
  sniffProtocol(socket as Socket, clock, (version, bytes) => {
    found.push(version);
    handedOver = String(bytes);
  });
  const send = async (text: string) => {
    socket.push(text);
    await clock.advance(0);
  };
  return { clock, socket, found, send, handedOver: () => handedOver };
}

describe("sniffProtocol", () => {
  test.each([
    { bytes: ["P", "R", "I"], version: "http2" },
    { bytes: ["PR", "I * HTTP/2.0"], version: "http2" },
    { bytes: ["PRI * HTTP/2.0"], version: "http2" },
    { bytes: ["P", "OST /"], version: "http1" },
    { bytes: ["PO"], version: "http1" },
    { bytes: ["P", "U"], version: "http1" },
    { bytes: ["P", "R", "O"], version: "http1" },
    { bytes: ["G"], version: "http1" },
    { bytes: ["\u0016\u0003"], version: "http1" },
  ])("finds $version in $bytes, and hands the bytes over", async ({ bytes, version }) => {
    const { clock, socket, found, send, handedOver } = sniff();
    for (const part of bytes.slice(0, -1)) {
      await send(part);
      expect(found).toEqual([]);
    }
    await send(bytes.at(-1) ?? "");
    expect(found).toEqual([version]);
    expect(handedOver()).toBe(bytes.join(""));
    expect(clock.pendingTimers).toBe(0);
    expect(socket.eventNames().filter((name) => name === "readable" || name === "end")).toEqual([]);
  });

  test.each(["", "P", "PR"])(
    "closes a connection that falls silent after %j for 10 s",
    async (text) => {
      const { clock, socket, found, send } = sniff();
      await send(text);
      await clock.advance(9_999);
      expect(socket.destroyed).toBe(false);
      await clock.advance(1);
      expect(socket.destroyed).toBe(true);
      expect(found).toEqual([]);
    },
  );

  test.each(["", "P", "PR"])("closes a connection that ends after %j", async (text) => {
    const { clock, socket, found, send } = sniff();
    await send(text);
    socket.push(null);
    await clock.advance(0);
    await clock.advance(0);
    expect(socket.destroyed).toBe(true);
    expect(found).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets go of its timer when the connection breaks", async () => {
    const { clock, socket } = sniff();
    socket.destroy();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
