import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { FakeClock } from "@thrice/core/testing";
import { type HttpVersion, ProtocolSniffer } from "./sniff-protocol.js";

function sniff() {
  const clock = new FakeClock();
  const socket = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const found: HttpVersion[] = [];
  let handedOver = "";
  const sniffer = new ProtocolSniffer(clock, (_socket, version, bytes) => {
    found.push(version);
    handedOver = String(bytes);
  });
  sniffer.sniff(socket as Socket);
  const send = async (text: string) => {
    socket.push(text);
    await clock.advance(0);
  };
  return { clock, sniffer, socket, found, send, handedOver: () => handedOver };
}

describe("protocolSniffer", () => {
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
    const left = ["data", "readable", "end", "close"].filter((name) => socket.listenerCount(name));
    expect(left).toEqual([]);
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

  test("gives each of many connections its ten seconds, with one timer", async () => {
    const { clock, sniffer, socket: first } = sniff();
    const next = () => new Duplex({ read: () => {} }) as Socket;
    const [second, third] = [next(), next()];
    await clock.advance(4_000);
    sniffer.sniff(second);
    await clock.advance(4_000);
    sniffer.sniff(third);
    expect(clock.pendingTimers).toBe(1);
    const areOpen = () => [first, second, third].map((socket) => !socket.destroyed);
    await clock.advance(1_999);
    expect(areOpen()).toEqual([true, true, true]);
    await clock.advance(1);
    expect(areOpen()).toEqual([false, true, true]);
    second.push("G");
    await clock.advance(7_999);
    expect(areOpen()).toEqual([false, true, true]);
    await clock.advance(1);
    expect(areOpen()).toEqual([false, true, false]);
    expect(clock.pendingTimers).toBe(0);
  });
});
