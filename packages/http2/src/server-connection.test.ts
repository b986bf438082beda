import { ErrorCode } from "./error-code.js";
import { PreparedHeaders } from "./hpack/prepared-headers.js";
import { getRequest, okResponse, okTrailers, serverWithRawClient } from "./testing/connections.js";
import { data, frame, getFields, goaway, headers, rstStream, settle } from "./testing/raw-peer.js";

const postFields = [":method", "POST", ":scheme", "http", ":path", "/p", ":authority", "a"];

describe("http2ServerConnection", () => {
  test("hands over a request and sends informational, headers, content and trailers", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, postFields), data(1, "ques"), data(1, "tion", true));
    await settle();
    const { stream, sink, endStream } = listener.streams[0] ?? fail();
    expect([endStream, sink.text]).toEqual([false, "question"]);
    stream.sendInformational(new PreparedHeaders([":status", "103"]), ["link", "x"]);
    stream.respond(okResponse, [], false);
    stream.sendData(Buffer.from("answer"), false);
    stream.sendTrailers(okTrailers);
    expect(sink.end).toEqual({ kind: "completed" });
    expect(await peer.fields(1)).toEqual([":status", "103", "link", "x"]);
    expect(await peer.fields(1)).toEqual([":status", "200"]);
    expect((await peer.next("DATA")).payload.toString()).toBe("answer");
    expect(await peer.fields(1)).toEqual(["grpc-status", "0"]);
  });

  test("a sink is told its end even if the listener answers before it returns the sink", async () => {
    const { peer, listener } = serverWithRawClient();
    listener.onIncoming = ({ stream }) => stream.respond(okResponse, [], true);
    peer.open();
    peer.send(headers(1, getFields, true));
    await settle();
    expect(listener.streams[0]?.sink.log).toEqual(["end completed"]);
  });

  test("trailers of a request", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, postFields), data(1, "x"), headers(1, ["sum", "1"], true));
    await settle();
    expect(listener.streams[0]?.sink.log).toEqual(["data 1", "trailers sum 1"]);
  });

  test("a listener that returns nothing refuses; one that throws fails the stream", async () => {
    const { peer, listener } = serverWithRawClient();
    listener.onStream = (_stream, list) => {
      if (list.get("x") === "throw") throw new Error("mistake");
      return undefined as never;
    };
    peer.open();
    peer.send(headers(1, getFields, true), headers(3, [...getFields, "x", "throw"], true));
    expect(await peer.resetCode(1)).toBe(ErrorCode.REFUSED_STREAM);
    expect(await peer.resetCode(3)).toBe(ErrorCode.INTERNAL_ERROR);
    expect(listener.thrown).toHaveLength(1);
  });

  test("mistakes of the handler throw at the handler", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, postFields));
    await settle();
    const { stream } = listener.streams[0] ?? fail();
    expect(() => stream.sendData(Buffer.alloc(1), false)).toThrow("have to be sent first");
    stream.respond(okResponse, [], false);
    expect(() => stream.respond(okResponse, [], false)).toThrow("sent before");
    expect(() => stream.sendInformational(okResponse)).toThrow("before the final one");
    stream.sendData(Buffer.alloc(0), true);
    expect(() => stream.sendTrailers(okTrailers)).toThrow("the end of this stream was sent before");
    peer.send(rstStream(1, ErrorCode.CANCEL));
    await settle();
    expect(stream.hasEnded).toBe(true);
    expect(stream.sendData(Buffer.alloc(1), false)).toBe(false);
  });

  test("the client's reset and the loss of the connection end streams", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, postFields), headers(3, postFields), rstStream(1, ErrorCode.CANCEL));
    await settle();
    peer.socket.end();
    await listener.closed;
    expect(listener.streams.map(({ sink }) => sink.end?.kind)).toEqual([
      "reset-by-peer",
      "connection-lost",
    ]);
  });

  test("refuses streams beyond the limit, as a stream error", async () => {
    const { peer, listener } = serverWithRawClient({ maxConcurrentStreams: 1 });
    peer.open();
    peer.send(headers(1, postFields), headers(3, getFields, true));
    expect(await peer.resetCode(3)).toBe(ErrorCode.REFUSED_STREAM);
    expect(listener.streams).toHaveLength(1);
  });

  test.each([
    { what: "no path", fields: [":method", "GET", ":scheme", "http"] },
    { what: "an empty path", fields: [":method", "GET", ":scheme", "http", ":path", ""] },
    { what: "a path twice", fields: [...getFields.slice(0, 6), ":path", "/b"] },
    { what: "a status", fields: [...getFields, ":status", "200"] },
    { what: "an unknown pseudo-header field", fields: [...getFields, ":x", "y"] },
    {
      what: "a pseudo-header field after an ordinary one",
      fields: [":method", "GET", "a", "b", ":scheme", "http", ":path", "/"],
    },
    { what: "te other than trailers", fields: [...getFields, "te", "gzip"] },
    {
      what: "CONNECT with a path",
      fields: [":method", "CONNECT", ":path", "/", ":authority", "a"],
    },
    { what: "no fields at all", fields: [] },
  ])("a request with $what is a stream error", async ({ fields }) => {
    const { server, peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, fields, true));
    expect(await peer.resetCode(1)).toBe(ErrorCode.PROTOCOL_ERROR);
    expect([listener.streams.length, server.isOpen]).toEqual([0, true]);
  });

  test("CONNECT is a request", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, [":method", "CONNECT", ":authority", "a:1"]));
    await settle();
    expect(listener.streams).toHaveLength(1);
  });

  test("takes bytes that were read before", async () => {
    const { peer, listener, server } = serverWithRawClient();
    expect(server.isOpen).toBe(true);
    peer.open();
    peer.send(headers(1, getRequest.fields, true));
    await settle();
    expect(listener.streams[0]?.headers.get(":path")).toBe("/");
  });
});

describe("graceful close of a server", () => {
  test("two GOAWAYs with a PING between them; what crossed the first is served, what crossed the second is not", async () => {
    const { server, peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, getFields, true));
    await settle();
    server.close();
    server.close();
    const first = await peer.next("GOAWAY");
    expect([first.payload.readUInt32BE(0), first.payload.readUInt32BE(4)]).toEqual([0x7fffffff, 0]);
    const ping = await peer.next("PING");
    peer.send(
      headers(3, getFields, true),
      frame(6, 1, 0, ping.payload),
      headers(5, postFields),
      data(5, "x", true),
    );
    const second = await peer.next("GOAWAY");
    expect(second.payload.readUInt32BE(0)).toBe(3);
    expect(server.isOpen).toBe(false);
    await settle();
    expect(listener.streams).toHaveLength(2);
    for (const { stream } of listener.streams) stream.respond(okResponse, [], true);
    await peer.closed();
    expect((await listener.closed).kind).toBe("closed-here");
    expect(peer.log()).toBe("HEADERS#1 HEADERS#3");
  });

  test("does not wait for the PING longer than the close timeout", async () => {
    const { server, peer, clock } = serverWithRawClient({ closeTimeoutMs: 500 });
    peer.open();
    await settle();
    server.close();
    clock.advance(500);
    await peer.next("GOAWAY");
    expect((await peer.next("GOAWAY")).payload.readUInt32BE(0)).toBe(0);
    await peer.closed();
  });

  test("a client's GOAWAY lets its requests finish", async () => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(headers(1, getFields, true), goaway(0, 0));
    await settle();
    listener.streams[0]?.stream.respond(okResponse, [], true);
    expect(await peer.fields(1)).toEqual([":status", "200"]);
    await peer.closed();
  });
});

function fail(): never {
  throw new Error("no stream came");
}
