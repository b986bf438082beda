/** How a server with TLS stops. */
import { once } from "node:events";
import { connect as netConnect } from "node:net";
import type { ServerTlsOptions } from "../../src/index.js";
import type { Note } from "../gen/kinds/kinds_pb.js";
import { endOf, one } from "../support/calls.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openSocket } from "../support/served.js";
import { echo, happening, type Kinds, note } from "./support/served.js";
import { jsonPost, openTlsServed, openTlsSocket, tlsChannelTo } from "./support/tls-served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(options?: Partial<ServerTlsOptions>, implementation?: Kinds) {
  return closing(await openTlsServed(options, implementation));
}

describe("a server with TLS that stops", () => {
  test.each(["", "\x16\x03\x01\x02\x00"])(
    "waits for nobody who shakes hands, and has said %j",
    async (bytes) => {
      const { server, port } = await open();
      const accepted = closing(tlsChannelTo(port));
      const { socket, closed } = await openSocket(port);
      await new Promise<void>((resolve) => socket.write(bytes, "latin1", () => resolve()));
      await endOf(accepted.start(one("unary"))); // so that the server has seen the other one
      await server.close(100_000);
      await closed;
      expect(socket.destroyed).toBe(true);
    },
  );

  test("ends idle connections of HTTP/1.1 and HTTP/2 at once", async () => {
    const { server, port } = await open();
    const http1 = closing(await openTlsSocket(port));
    http1.socket.write(jsonPost.replace("connection: close\r\n", ""));
    await once(http1.socket, "data");
    const channel = closing(tlsChannelTo(port));
    await endOf(channel.start(one("unary")));
    await server.close(100_000);
    await http1.closed;
  });

  test("lets a call finish, and breaks off no other sooner", async () => {
    const [begun, released] = [happening(), happening()];
    const { server, port } = await open(undefined, {
      ...echo,
      unary: async ({ text }: Note) => {
        begun.happens();
        await released.happened;
        return note(text);
      },
    });
    const channel = closing(tlsChannelTo(port));
    const end = endOf(channel.start(one("unary", "late")));
    await begun.happened;
    const stopped = server.close(100_000);
    released.happens();
    expect(await end).toEqual({ text: "late" });
    await stopped;
  });

  test("ends calls as unavailable when the grace is over", async () => {
    const begun = happening();
    const { server, port, clock } = await open(undefined, {
      ...echo,
      unary: () => {
        begun.happens();
        return new Promise<never>(() => {});
      },
    });
    const channel = closing(tlsChannelTo(port));
    const end = endOf(channel.start(one("unary")));
    await begun.happened;
    const stopped = server.close(1_000);
    await clock.advance(1_000);
    expect(await end).toMatchObject({ outcome: "answered", code: "Unavailable" });
    await stopped;
  });

  test("takes no new connections", async () => {
    const { server, port } = await open();
    await server.close(0);
    const socket = netConnect(port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error.code).toBe("ECONNREFUSED");
  });
});
