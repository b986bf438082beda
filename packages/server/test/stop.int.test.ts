/** What callers see of a server that stops. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import type { ServerOptions, StopSignal } from "@thrice/server";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { Bench, failureOf, gate, protocols } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const stopped = { code: Code.Unavailable, rawMessage: "the server stops" };

/** A server whose calls never end by themselves; `reasons` are what their signals told them. */
async function serveForEver(options: ServerOptions = {}) {
  const clock = new FakeClock();
  const began = gate();
  const reasons: unknown[] = [];
  const hang = ({ signal }: HandlerContext) => {
    signal.addEventListener("abort", () => reasons.push(signal.reason));
    began.open();
    return new Promise<never>(() => {});
  };
  const served = await bench.serve(
    {
      unary: (_, context) => hang(context),
      async *watch(_, context) {
        yield { text: "first" };
        await hang(context);
      },
      collect: (_, context) => hang(context),
    },
    { clock, graceMs: 5_000, ...options },
  );
  return { ...served, clock, began: began.opened, reasons };
}

async function* open(): AsyncGenerator<Pick<Note, "text">> {
  yield { text: "a" };
  await new Promise(() => {});
}

describe.each(protocols)("over %s, a call that outlasts graceMs", (protocol) => {
  test("is answered as unavailable, and its handler is told", async () => {
    const { server, peer, clock, began, reasons } = await serveForEver();
    const failure = failureOf(peer(protocol).unary({}));
    await began;
    const stopping = server.stop();
    await clock.advance(4_999);
    expect(reasons).toEqual([]);
    await clock.advance(1);
    expect(await failure).toMatchObject(stopped);
    await stopping;
    expect(reasons.map((reason) => ConnectError.from(reason).code)).toEqual([Code.Unavailable]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends as unavailable when it is a stream", async () => {
    const { server, peer, clock, began } = await serveForEver();
    const stream = peer(protocol).watch({})[Symbol.asyncIterator]();
    expect((await stream.next()).value?.text).toBe("first");
    const failure = failureOf(stream.next());
    await began;
    const stopping = server.stop();
    await clock.advance(5_000);
    expect(await failure).toMatchObject(stopped);
    await stopping;
  });
});

test("a call whose request never ends is answered as unavailable too", async () => {
  const { server, peer, clock, began } = await serveForEver();
  const failure = failureOf(peer().collect(open()));
  await began;
  const stopping = server.stop();
  await clock.advance(5_000);
  expect(await failure).toMatchObject(stopped);
  await stopping;
});

test("noticeMs goes on taking calls, and only then counts graceMs", async () => {
  const clock = new FakeClock();
  const { server, peer } = await bench.serve(
    { unary: ({ text }) => ({ text }) },
    { clock, noticeMs: 3_000 },
  );
  const stopping = server.stop();
  await clock.advance(2_999);
  expect((await peer("connect over HTTP/1.1").unary({ text: "new" })).text).toBe("new");
  await clock.advance(1);
  await stopping;
  expect(clock.pendingTimers).toBe(0);
});

describe("stopOnSignals", () => {
  test("listens while the server serves, and not before or after", async () => {
    const before = process.listenerCount("SIGTERM");
    const { server } = await bench.serve({}, { stopOnSignals: true });
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    await server.stop();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  test("unset leaves signals alone", async () => {
    const before = process.listenerCount("SIGTERM");
    await bench.serve({});
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });

  test("of one signal leaves the other alone", async () => {
    const before = process.listenerCount("SIGINT");
    await bench.serve({}, { stopOnSignals: ["SIGTERM"] });
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  test.each<{ signal: StopSignal }>([{ signal: "SIGTERM" }, { signal: "SIGINT" }])(
    "lets $signal end the process when its calls have ended, without process.exit",
    async ({ signal }) => {
      const { child, lines, exited } = spawnServer();
      await once(lines, "line");
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
    },
  );
});

/** A server with `stopOnSignals` in a process of its own, which prints its port. */
function spawnServer() {
  const program = join(__dirname, "support", "serve-until-signal.ts");
  const args = ["--conditions=@thrice/source", "--import", "tsx", program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  bench.closeLater(() => void child.kill("SIGKILL"));
  return { child, lines: createInterface(child.stdout), exited: once(child, "exit") };
}
