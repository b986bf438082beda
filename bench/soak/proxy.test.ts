import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { FaultyProxy } from "./proxy.js";

/** Sends back what it gets, and its end. */
async function openEcho(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function openProxy(echo: Server): Promise<FaultyProxy> {
  const proxy = new FaultyProxy();
  proxy.target = (echo.address() as AddressInfo).port;
  await proxy.listen();
  return proxy;
}

interface Caller {
  readonly socket: Socket;
  readonly received: string[];
  /** How the connection ended: a proper end, or the code of an error. */
  readonly end: Promise<string>;
}

function call(proxy: FaultyProxy): Caller {
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  const received: string[] = [];
  socket.setEncoding("utf8").on("data", (text: string) => received.push(text));
  const end = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
  return { socket, received, end };
}

describe("a faulty proxy", () => {
  let echo: Server;
  let proxy: FaultyProxy;
  const callers: Caller[] = [];
  const open = () => {
    const caller = call(proxy);
    callers.push(caller);
    return caller;
  };

  beforeEach(async () => {
    echo = await openEcho();
    proxy = await openProxy(echo);
  });
  afterEach(async () => {
    for (const { socket } of callers.splice(0)) socket.destroy();
    proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  test("passes bytes and ends on, both ways", async () => {
    const { socket, received, end } = open();
    socket.end("hello");
    expect(await end).toBe("end");
    expect(received.join("")).toBe("hello");
  });

  test("keeps back what comes while it holds, and loses nothing of it", async () => {
    const { socket, received, end } = open();
    await once(socket, "connect");
    proxy.hold();
    socket.end("held");
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toEqual([]);
    proxy.letGo();
    expect(await end).toBe("end");
    expect(received.join("")).toBe("held");
  });

  test("cuts in the middle of what comes next", async () => {
    const { socket, received, end } = open();
    socket.write("first");
    await once(socket, "data");
    proxy.cut();
    socket.write("second");
    expect(await end).toBe("end");
    expect(["first", "firstsec"]).toContain(received.join(""));
  });

  test("resets connections, and forgets them", async () => {
    const { socket, end } = open();
    socket.write("hello");
    await once(socket, "data");
    expect(proxy.links).toBe(1);
    proxy.reset();
    expect(await end).toBe("ECONNRESET");
    await new Promise((resolve) => setImmediate(resolve));
    expect(proxy.links).toBe(0);
  });

  test("refuses newcomers and keeps the others, until it listens at the same port again", async () => {
    const first = open();
    first.socket.write("a");
    await once(first.socket, "data");
    proxy.refuse();
    expect(await open().end).toBe("ECONNREFUSED");
    first.socket.write("b");
    await once(first.socket, "data");
    const { port } = proxy;
    await proxy.listen();
    expect(proxy.port).toBe(port);
    const again = open();
    again.socket.end("c");
    expect(await again.end).toBe("end");
  });
});
