/** How a server stops, seen from the wire. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openRawClient } from "./support/raw-client.js";
import { happening, type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

/** Calls that run until the test lets them go. */
function held() {
  const [begun, released] = [happening(), happening()];
  const implementation: Kinds = {
    unary: async (message: Note) => {
      begun.happens();
      await released.happened;
      return message;
    },
    async *watch() {
      yield note("first");
      begun.happens();
      await released.happened;
      yield note("last");
    },
  };
  return { begun: begun.happened, release: () => released.happens(), implementation };
}

async function open(implementation?: Kinds) {
  const served = closing(await openServed(implementation));
  return { ...served, client: closing(await openRawClient(served.port)) };
}

describe("closing", () => {
  test("ends idle connections and silent ones at once, and leaves no timer", async () => {
    const { server, port, client, clock } = await open();
    const silent = connect(port, "127.0.0.1").on("error", () => undefined);
    await once(silent, "connect");
    await client.start("Unary").sendNotes(["x"], true).ended;
    const closes = [once(silent, "close"), once(client.socket, "close")];
    silent.resume();
    await server.close(10_000);
    await Promise.all(closes);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each(["Unary", "Watch"])("lets a running %s finish", async (method) => {
    const { implementation, begun, release } = held();
    const { server, client } = await open(implementation);
    const call = client.start(method).sendNotes(["last"], true);
    await begun;
    const closed = server.close(10_000);
    release();
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(call.texts().at(-1)).toBe("last");
    await closed;
  });

  test("serves a call that crossed the news, and none that is sent later", async () => {
    const { implementation, begun, release } = held();
    const { server, client } = await open(implementation);
    const running = client.start("Unary").sendNotes(["a"], true);
    await begun;
    const closed = server.close(10_000);
    const crossing = client.start("Unary").sendNotes(["b"], true);
    while (client.connection.isOpen) await new Promise((resolve) => setImmediate(resolve));
    const late = client.start("Unary");
    expect(await late.ended).toEqual({ kind: "not-started", reason: "closing" });
    release();
    expect(await running.status()).toMatchObject({ code: 0 });
    expect(await crossing.status()).toMatchObject({ code: 0 });
    await closed;
  });

  test("ends what still runs as unavailable when its grace is over", async () => {
    const { implementation, begun } = held();
    const { server, client, clock } = await open(implementation);
    const call = client.start("Unary").sendNotes(["a"], true);
    await begun;
    const closed = server.close(1_000);
    await clock.advance(999);
    expect(call.stream.hasEnded).toBe(false);
    await clock.advance(1);
    expect(await call.status()).toEqual({ code: 14, message: "the server stops" });
    await closed;
  });

  test("takes no connection any more", async () => {
    const { server, port } = closing(await openServed());
    await server.close(0);
    const refused = connect(port, "127.0.0.1");
    const [error] = await once(refused, "error");
    expect(error.code).toBe("ECONNREFUSED");
  });
});

describe("when its grace is over, a server", () => {
  test("refuses a call that it hears of only then", async () => {
    const { implementation, begun } = held();
    const { server, client, clock } = await open(implementation);
    const running = client.start("Unary").sendNotes(["a"], true);
    await begun;
    const closed = server.close(0);
    const crossing = client.start("Unary").sendNotes(["b"], true);
    await clock.advance(0);
    expect(await running.status()).toEqual({ code: 14, message: "the server stops" });
    expect(await crossing.ended).toMatchObject({ kind: "unprocessed" });
    await closed;
  });

  test("breaks off a caller that does not read the last words", async () => {
    const { implementation, begun } = held();
    const { server, client, clock } = await open({
      ...implementation,
      async *watch() {
        for (;;) yield note("x".repeat(65_536));
      },
    });
    client.start("Unary").sendNotes(["a"], true);
    await begun;
    client.socket.pause();
    client.start("Watch").sendNotes(["a"], true);
    const closed = server.close(0);
    await clock.advance(0);
    await closed;
    client.socket.resume();
    await once(client.socket, "close");
  });
});
