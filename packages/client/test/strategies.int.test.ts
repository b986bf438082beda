/** Strategies on the real wire: what they answer by themselves, whom they ask, and what they leave behind. */

import { once } from "node:events";
import { create } from "@bufbuild/protobuf";
import {
  broadcast,
  type ClusterStrategy,
  Code,
  failback,
  failsafe,
  forking,
  hedged,
  type Merge,
  mergeable,
  quorum,
} from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { type Note, NoteSchema } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const logger = memoryLogger();
const failed = () => Promise.reject(new Error("out of order"));

describe("an answer that nobody gave", () => {
  test("is an empty message, with attachments of none", async () => {
    const server = await bench.serve({ unary: failed });
    const { stub } = bench.client({ url: server.url, cluster: failsafe({ logger }) });
    const seen: string[] = [];
    const onHeader = (header: Headers) => seen.push(...header.keys());
    const answer = await stub.unary({ text: "hi" }, { onHeader, onTrailer: onHeader });
    expect(answer.text).toBe("");
    expect(seen).toEqual([]);
  });

  test("is an empty message for a stream of requests, and an empty stream for one of answers", async () => {
    const server = await bench.serve({
      collect: failed,
      watch: failingStream,
      chat: failingStream,
    });
    const { stub } = bench.client({ url: server.url, cluster: failsafe({ logger }) });
    expect((await stub.collect(notes("a"))).text).toBe("");
    expect(await readAll(stub.watch({}))).toEqual([]);
    expect(await readAll(stub.chat(notes("a", "b")))).toEqual([]);
  });

  test("comes also when an interceptor is there", async () => {
    const server = await bench.serve({ unary: failed });
    const cluster = failsafe({ logger });
    const { stub } = bench.client({ url: server.url, cluster, interceptors: [(next) => next] });
    expect((await stub.unary({ text: "hi" })).text).toBe("");
  });
});

describe("failback", () => {
  test("repeats the request after the call was answered", async () => {
    let calls = 0;
    const unary = ({ text }: Note) => {
      if (++calls < 2) throw new Error("out of order");
      return { text };
    };
    const server = await bench.serve({ unary });
    const { promise: recovered, resolve } = Promise.withResolvers<unknown>();
    const cluster = failback({
      logger,
      onEvent: (event) => event.kind === "recovered" && resolve(event.message),
    });
    const { stub, clock } = bench.client({ url: server.url, cluster });
    expect((await stub.unary({ text: "hi" }, { timeoutMs: 5_000 })).text).toBe("");
    await clock.advance(1_000);
    expect(await recovered).toMatchObject({ text: "hi" });
    expect(server.attempts()).toBe(2);
    expect(server.requests.map(({ header }) => header.get("grpc-previous-rpc-attempts"))).toEqual([
      null,
      null,
    ]);
  });

  test("drops what waits when its client closes", async () => {
    const server = await bench.serve({ unary: failed });
    const dropped: string[] = [];
    const cluster = failback({
      logger,
      onEvent: (event) => event.kind === "dropped" && dropped.push(event.reason),
    });
    const { stub, client, clock } = bench.client({ url: server.url, cluster });
    await stub.unary({ text: "hi" });
    await client.close();
    await cluster.stop();
    expect(dropped).toEqual(["client-closed"]);
    expect(clock.pendingTimers).toBe(0);
    expect(server.attempts()).toBe(1);
  });
});

describe("several endpoints", () => {
  const text = async (cluster: ClusterStrategy) => {
    const servers = await Promise.all(
      ["a", "b", "c"].map((text) => bench.serve({ unary: () => ({ text }) })),
    );
    const { stub } = bench.client({ url: servers.map(({ url }) => url), cluster });
    const answer = await stub.unary({});
    return { text: answer.text, attempts: servers.map((server) => server.attempts()) };
  };

  test("are all asked by mergeable, whose merge makes the answer", async () => {
    const join: Merge<Note> = (answers) =>
      create(NoteSchema, { text: answers.map((note) => note.text).join(" ") });
    expect(await text(mergeable(join))).toEqual({ text: "a b c", attempts: [1, 1, 1] });
  });

  test.each([{ inTurn: true }, { inTurn: false }])(
    "are all asked by broadcast, in turn $inTurn",
    async ({ inTurn }) => {
      expect(await text(broadcast({ inTurn }))).toEqual({ text: "c", attempts: [1, 1, 1] });
    },
  );

  test("are asked by forking, and one that is silent is told to stop", async () => {
    const silent = await bench.serve({ unary: silence });
    const good = await bench.serve();
    const { stub } = bench.client({ url: [silent.url, good.url], cluster: forking() });
    expect((await stub.unary({ text: "hi" })).text).toBe("hi");
    await silent.server.stop();
  });

  test("are asked by quorum, which fails when too many do", async () => {
    const servers = [
      await bench.serve({ unary: failed }),
      await bench.serve({ unary: failed }),
      await bench.serve(),
    ];
    const { stub } = bench.client({ url: servers.map(({ url }) => url), cluster: quorum(2, 3) });
    expect(await failureOf(stub.unary({}))).toMatchObject({ code: Code.Unknown });
  });

  test("are hedged for a stream too, and the one that begins first is read", async () => {
    const silent = await bench.serve({ watch: silentStream });
    const good = await bench.serve();
    const cluster = hedged({ delayMs: 50 });
    const first = {
      name: "first",
      createPicker: () => ({ pick: ([one]: readonly never[]) => one }),
    };
    const url = [silent.url, good.url];
    const { stub, clock } = bench.client({ url, cluster, loadBalance: first, retries: 1 });
    const answers = readAll(stub.watch({ text: "w" }));
    await silent.arrival(1);
    await clock.advance(50);
    expect(await answers).toEqual(["w 1", "w 2"]);
  });
});

function failingStream(): AsyncIterable<{ text: string }> {
  throw new Error("out of order");
}

async function* silentStream(_: unknown, { signal }: { signal: AbortSignal }) {
  await once(signal, "abort");
  yield { text: "too late" };
}
