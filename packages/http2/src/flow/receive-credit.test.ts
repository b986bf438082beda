import { ErrorCode } from "../error-code.js";
import {
  bothEnds,
  clientWithRawServer,
  getRequest,
  okResponse,
  postRequest,
  serverWithRawClient,
} from "../testing/connections.js";
import { data, frame, headers, settle, uint32 } from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";

const ok = [":status", "200"];

async function post(options = {}) {
  const parts = clientWithRawServer(options);
  const sink = new RecordingSink();
  const stream = parts.client.request(postRequest, [], sink, false);
  return { ...parts, sink, stream };
}

describe("receiving", () => {
  const windows = { streamWindowBytes: 100, connectionWindowBytes: 65_535 };

  test("opens the connection's window beyond what it has from the start", async () => {
    const { peer } = clientWithRawServer({ connectionWindowBytes: 100_000 });
    expect((await peer.next("WINDOW_UPDATE")).payload.readUInt32BE(0)).toBe(100_000 - 65_535);
  });

  test("tops a stream's window up when half is used", async () => {
    const { peer } = await post(windows);
    peer.open();
    peer.send(headers(1, ok), data(1, "x".repeat(49)));
    await settle();
    expect(peer.log()).not.toContain("WINDOW_UPDATE");
    peer.send(data(1, "x"));
    const update = await peer.next("WINDOW_UPDATE");
    expect([update.streamId, update.payload.readUInt32BE(0)]).toEqual([1, 50]);
  });

  test("padding is given back though nobody reads it", async () => {
    const { client, peer } = clientWithRawServer(windows);
    client.request(getRequest, [], new RecordingSink("manual"), true);
    peer.open();
    peer.send(headers(1, ok), frame(0, 8, 1, [59, ...Buffer.alloc(59)]));
    expect((await peer.next("WINDOW_UPDATE")).payload.readUInt32BE(0)).toBe(60);
  });

  test("a reader with manual credit keeps the window closed until it gives credit", async () => {
    const { client, peer } = clientWithRawServer(windows);
    const sink = new RecordingSink("manual");
    const stream = client.request(getRequest, [], sink, true);
    peer.open();
    peer.send(headers(1, ok), data(1, "x".repeat(100)));
    await settle();
    expect(peer.log()).not.toContain("WINDOW_UPDATE");
    stream.addCredit(30);
    stream.addCredit(30);
    expect((await peer.next("WINDOW_UPDATE")).payload.readUInt32BE(0)).toBe(60);
    stream.addCredit(1_000_000);
    await settle();
    peer.send(data(1, "x".repeat(60), true));
    expect(await sink.ended).toEqual({ kind: "completed" });
  });

  test("one slow reader does not stop the others, until all together hold too much", async () => {
    const { client, peer } = clientWithRawServer({
      streamWindowBytes: 1_000_000,
      connectionWindowBytes: 65_535,
      maxConnectionWindowBytes: 65_535,
    });
    const slow = client.request(getRequest, [], new RecordingSink("manual"), true);
    peer.open();
    peer.send(headers(1, ok), data(1, Buffer.alloc(16_384)), data(1, Buffer.alloc(16_384)));
    await peer.next("WINDOW_UPDATE", (one) => one.streamId === 0);
    peer.send(data(1, Buffer.alloc(16_384)), data(1, Buffer.alloc(16_384)));
    await peer.next("WINDOW_UPDATE", (one) => one.streamId === 0);
    peer.send(data(1, Buffer.alloc(16_384)), data(1, Buffer.alloc(16_384)));
    await settle();
    expect(peer.log()).not.toContain("WINDOW_UPDATE");
    slow.addCredit(50_000);
    await peer.next("WINDOW_UPDATE", (one) => one.streamId === 0);
  });

  test("content of a stream reset here is given back to the connection", async () => {
    const { client, peer } = clientWithRawServer({ connectionWindowBytes: 65_535 });
    client.request(getRequest, [], new RecordingSink(), true).reset(ErrorCode.CANCEL);
    peer.open();
    for (let i = 0; i < 3; i++) peer.send(data(1, Buffer.alloc(16_000)));
    const update = await peer.next("WINDOW_UPDATE", (one) => one.streamId === 0);
    expect(update.payload.readUInt32BE(0)).toBe(48_000);
  });

  test("a stream window overrun is a stream error, a connection window overrun a connection error", async () => {
    const stream = await post(windows);
    stream.peer.open();
    stream.peer.send(headers(1, ok), data(1, Buffer.alloc(101)));
    expect(await stream.peer.resetCode(1)).toBe(ErrorCode.FLOW_CONTROL_ERROR);
    const whole = clientWithRawServer({
      streamWindowBytes: 1_000_000,
      connectionWindowBytes: 65_535,
      maxConnectionWindowBytes: 1,
    });
    whole.client.request(getRequest, [], new RecordingSink("manual"), true);
    whole.peer.open();
    whole.peer.send(
      headers(1, ok),
      ...Array.from({ length: 5 }, () => data(1, Buffer.alloc(16_000))),
    );
    expect(await whole.peer.goawayCode()).toBe(ErrorCode.FLOW_CONTROL_ERROR);
  });

  test("windows grow while a round trip fills them, up to their limits", async () => {
    const options = {
      streamWindowBytes: 1_000,
      connectionWindowBytes: 65_535,
      maxStreamWindowBytes: 3_000,
    };
    const { peer } = await post(options);
    peer.open();
    peer.send(headers(1, ok), data(1, Buffer.alloc(500)));
    const increments: number[] = [];
    for (let round = 0; round < 3; round++) {
      const ping = await peer.next("PING");
      const size = Math.max(900, (increments.at(-1) ?? 0) - 400);
      peer.send(
        data(1, Buffer.alloc(Math.min(size, 900))),
        frame(6, 1, 0, ping.payload),
        data(1, Buffer.alloc(100)),
      );
      await settle();
      peer.send(data(1, Buffer.alloc(600)), data(1, Buffer.alloc(300)));
      increments.push(
        (await peer.next("WINDOW_UPDATE", (one) => one.streamId === 1)).payload.readUInt32BE(0),
      );
    }
    expect(Math.max(...increments)).toBeGreaterThan(1_000);
    expect(Math.max(...increments)).toBeLessThanOrEqual(4_000);
  });

  test("a server's window works the same way", async () => {
    const { peer, listener } = serverWithRawClient(windows, "manual");
    peer.open();
    peer.send(headers(1, postRequest.fields), data(1, Buffer.alloc(100)));
    await settle();
    listener.streams[0]?.stream.addCredit(100);
    expect((await peer.next("WINDOW_UPDATE", (one) => one.streamId === 1)).payload).toEqual(
      Buffer.from(uint32(100)),
    );
  });
});

test.each(["auto", "manual"] as const)(
  "5 MB each way between both ends arrive whole (credit: %s)",
  async (credit) => {
    const { client, serverLog } = bothEnds(
      { streamWindowBytes: 70_000 },
      { streamWindowBytes: 70_000 },
      credit,
    );
    const body = Buffer.alloc(5_000_000, "abcdefg");
    serverLog.onIncoming = ({ stream, sink }) => {
      stream.respond(okResponse, [], false);
      sink.onBytes = (bytes, endStream) => {
        stream.sendData(Buffer.from(bytes), endStream);
        stream.addCredit(bytes.length);
      };
    };
    const sink = new RecordingSink(credit);
    const stream = client.request(postRequest, [], sink, false);
    sink.onBytes = (bytes) => stream.addCredit(bytes.length);
    stream.sendData(body, true);
    expect(await sink.ended).toEqual({ kind: "completed" });
    expect(Buffer.concat(sink.content).equals(body)).toBe(true);
  },
);
