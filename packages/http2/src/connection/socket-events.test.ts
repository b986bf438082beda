import { once } from "node:events";
import { Http2ServerConnection } from "../index.js";
import { clientWithRawServer, serverWithRawClient } from "../testing/connections.js";
import { pipe, settle } from "../testing/raw-peer.js";

describe("onSocketClose", () => {
  test.each([
    { how: "the peer hangs up", act: "end" as const },
    { how: "the socket breaks", act: "destroy" as const },
  ])("comes once, after onClose, when $how", async ({ act }) => {
    const { listener, peer, socket } = serverWithRawClient();
    const closed: unknown[] = [];
    Object.assign(listener, {
      onSocketClose: (which: unknown) => closed.push(which, listener.end?.kind),
    });
    peer.open();
    await settle();
    const isClosed = once(socket, "close");
    peer.socket[act]();
    await isClosed;
    await settle();
    expect(closed).toEqual([socket, "lost"]);
  });

  test("comes for a socket that was destroyed before, and not before it is closed", async () => {
    const [near] = pipe();
    near.destroy();
    const log: string[] = [];
    const listener = {
      onStream: () => undefined,
      onClose: () => log.push("end"),
      onSocketClose: () => log.push("close"),
    };
    new Http2ServerConnection(near, { listener });
    expect(log).toEqual(["end"]);
    await settle();
    expect(log).toEqual(["end", "close"]);
  });

  test("reports what it throws", async () => {
    const { listener, socket } = clientWithRawServer();
    const mistake = new Error("mistake");
    Object.assign(listener, {
      onSocketClose: () => {
        throw mistake;
      },
    });
    socket.destroy();
    await settle();
    expect(listener.thrown).toEqual([mistake]);
  });

  test("a connection has one listener for each event of its socket", async () => {
    const { socket } = serverWithRawClient();
    const counts = ["data", "drain", "close", "error"].map((name) => socket.listenerCount(name));
    expect(counts).toEqual([1, 1, 1, 1]);
  });
});
