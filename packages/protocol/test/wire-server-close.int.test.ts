/** Where a server listens, and how it stops. */

import { Code } from "@connectrpc/connect";
import { systemClock } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import { WireServer } from "../src/index.js";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { answerOf, channelTo, endOf, note, one, textOf } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { openServed, openSocket } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

/** A service whose calls run until the test lets them go. */
function heldService() {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    release: () => released.resolve(),
    implementation: {
      unary: async ({ text }: Note) => {
        begun.resolve();
        await released.promise;
        return note(text);
      },
      async *watch() {
        yield note("first");
        begun.resolve();
        await released.promise;
        yield note("last");
      },
    },
  };
}

const jsonPost =
  "POST /kinds.KindsService/Unary HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

describe("listening", () => {
  const bareServer = () =>
    new WireServer({ services: [], logger: memoryLogger(), clock: systemClock });

  test("on a port in use rejects with one line that says so", async () => {
    const { port } = closing(await openServed());
    const server = bareServer();
    await expect(server.listen({ host: "127.0.0.1", port })).rejects.toThrow(
      `cannot listen on port ${port} of 127.0.0.1: another program is using it (EADDRINUSE)`,
    );
    await server.close(0);
  });

  test("on an address of another machine rejects with one line that says so", async () => {
    const reason = await bareServer()
      .listen({ host: "192.0.2.1", port: 0 })
      .catch((error: Error) => error);
    expect(reason).toMatchObject({
      message:
        "cannot listen on port 0 of 192.0.2.1: this machine does not have that address (EADDRNOTAVAIL)",
      cause: { code: "EADDRNOTAVAIL" },
    });
  });

  test("without a host is open to all", async () => {
    const server = bareServer();
    const port = await server.listen({ host: undefined, port: 0 });
    expect(port).toBeGreaterThan(0);
    const { socket, closed } = await openSocket(port);
    await server.close(0);
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test("gives a port of the system's choice for port 0", async () => {
    const [one, two] = [closing(await openServed()), closing(await openServed())];
    expect(one.port).not.toBe(two.port);
  });
});

describe("closing", () => {
  test("ends idle and silent connections at once", async () => {
    const { server, port, clock } = await openServed();
    const channel = closing(channelTo(port));
    await endOf(channel.start(one("unary")));
    const [silent, half, http1] = [
      await openSocket(port),
      await openSocket(port),
      await openSocket(port),
    ];
    await half.write("PR");
    await http1.write(jsonPost);
    await new Promise((resolve) => http1.socket.once("data", resolve));
    await server.close(10_000);
    await Promise.all([silent.closed, half.closed, http1.closed]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets a running call finish, and needs no more than that", async () => {
    const { implementation, begun, release } = heldService();
    const { server, port, clock } = await openServed(implementation);
    const end = endOf(closing(channelTo(port)).start(one("unary")));
    await begun;
    const closed = server.close(10_000);
    release();
    expect(await end).toEqual({ text: "hello" });
    await closed;
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets a running stream finish", async () => {
    const { implementation, begun, release } = heldService();
    const { server, port } = await openServed(implementation);
    const end = endOf(closing(channelTo(port)).start(one("watch")));
    await begun;
    const closed = server.close(10_000);
    release();
    expect(await end).toEqual({ texts: ["first", "last"] });
    await closed;
  });

  test("lets a running call over HTTP/1.1 finish, and does not wait for the next", async () => {
    const { implementation, begun, release } = heldService();
    const { server, port } = await openServed(implementation);
    const http1 = await openSocket(port);
    await http1.write(jsonPost);
    await begun;
    const closed = server.close(10_000);
    release();
    await closed;
    expect(await http1.closed).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("ends what still runs as unavailable when its grace is over", async () => {
    const { implementation, begun } = heldService();
    const { server, port, clock } = await openServed(implementation);
    const http1 = await openSocket(port);
    await http1.write(jsonPost);
    await begun;
    const channel = closing(channelTo(port));
    const unary = endOf(channel.start(one("unary")));
    const stream = await answerOf(channel.start(one("watch")).end);
    expect(textOf((await stream.next()).value)).toBe("first");
    const closed = server.close(1000);
    const rest = stream.next().catch((reason) => reason);
    await clock.advance(999);
    expect(http1.socket.readyState).toBe("open");
    await clock.advance(1);
    await Promise.all([closed, http1.closed]);
    const stopped = { code: "Unavailable", message: "the server stops" };
    expect(await unary).toMatchObject({ outcome: "answered", ...stopped });
    expect(await rest).toMatchObject({ code: Code.Unavailable, rawMessage: "the server stops" });
    expect(await http1.closed).toMatch(/^HTTP\/1\.1 503 .*"the server stops"/s);
  });

  test("takes no new calls while it lets the running ones finish", async () => {
    const { implementation, begun, release } = heldService();
    const { server, port } = await openServed(implementation);
    const channel = closing(channelTo(port));
    const running = endOf(channel.start(one("unary")));
    await begun;
    const closed = server.close(10_000);
    const crossing = endOf(channel.start(one("unary"))); // sent before the GOAWAY was heard
    const stranger = await endOf(closing(channelTo(port)).start(one("unary")));
    expect(stranger).toMatchObject({ outcome: "connect-failed" });
    release();
    expect(await Promise.all([running, crossing])).toEqual([{ text: "hello" }, { text: "hello" }]);
    await closed;
    const late = await endOf(channel.start(one("unary")));
    expect(late).toMatchObject({ outcome: "connect-failed", code: "Unavailable" });
  });

  test("twice is closing once", async () => {
    const { implementation, begun, release } = heldService();
    const { server, port, clock } = await openServed(implementation);
    const end = endOf(closing(channelTo(port)).start(one("unary")));
    await begun;
    const closes = [server.close(10_000), server.close(0)];
    await clock.advance(5_000);
    release();
    expect(await end).toEqual({ text: "hello" });
    await Promise.all(closes);
    await server.close(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a server that never listened succeeds", async () => {
    const server = new WireServer({ services: [], logger: memoryLogger(), clock: systemClock });
    await server.close(1000);
  });
});
