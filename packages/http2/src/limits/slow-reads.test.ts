import { ErrorCode } from "../error-code.js";
import { okResponse, serverWithRawClient } from "../testing/connections.js";
import { frame, getFields, headers, settle, windowUpdate } from "../testing/raw-peer.js";

const { ENHANCE_YOUR_CALM } = ErrorCode;

function requests(count: number, from = 1): number[] {
  return Array.from({ length: count }, (_, i) => from + 2 * i);
}

describe("slow reads", () => {
  test("control frames for a peer that does not read are bounded by maxQueuedControlBytes", async () => {
    const { peer, listener } = serverWithRawClient({
      maxQueuedControlBytes: 20_000,
      maxPingsPerSecond: 1_000_000,
    });
    peer.open();
    await settle();
    peer.socket.pause();
    let sent = 0;
    while (listener.end === undefined && sent < 50_000) {
      for (let i = 0; i < 100; i++, sent++) peer.send(frame(6, 0, 0, Buffer.alloc(8)));
      await settle(1);
    }
    expect(listener.end).toMatchObject({ kind: "peer-violation", code: ENHANCE_YOUR_CALM });
    expect(sent).toBeLessThan(20_000);
  });

  test("a server stops reading requests while its answers are not read, and goes on when they are", async () => {
    const { peer, listener } = serverWithRawClient({ maxOutputBytes: 20_000 });
    listener.onIncoming = ({ stream }) =>
      stream.respond(okResponse, ["big", `${stream.id}${"x".repeat(2_000)}`], true);
    peer.open();
    await settle();
    peer.socket.pause();
    for (const id of requests(500)) peer.send(headers(id, getFields, true));
    await settle(20);
    const served = listener.streams.length;
    expect(served).toBeLessThan(400);
    peer.socket.resume();
    await settle(200);
    expect(listener.streams).toHaveLength(500);
  });

  test("a peer that reads nothing for writeTimeoutMs is cut off", async () => {
    const { peer, listener, clock } = serverWithRawClient({ writeTimeoutMs: 1_000 });
    peer.open([4, 1_000_000]);
    peer.send(windowUpdate(0, 1_000_000), headers(1, getFields, true));
    await settle();
    peer.socket.pause();
    listener.streams[0]?.stream.respond(okResponse, [], false);
    listener.streams[0]?.stream.sendData(Buffer.alloc(900_000), true);
    await settle();
    // What the pipe took in meanwhile counts as reading, once.
    clock.advance(1_000);
    clock.advance(1_000);
    expect(listener.end).toMatchObject({ kind: "peer-violation", code: ENHANCE_YOUR_CALM });
    expect(listener.streams[0]?.sink.end?.kind).toBe("peer-violation");
  });
});
