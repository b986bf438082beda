/** Many calls of all kinds, cancelled at random: nothing is left open, nothing goes unhandled. */
import { getEventListeners } from "node:events";
import { ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { notes, readAll } from "./support/notes.js";

const bench = new Bench();
afterEach(() => bench.close());

const seed = 20_241;
const calls = 2_000;

/** Draws from 0 up to 1. @see Tommy Ettinger's mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`${calls} mixed calls with cancels at random (seed ${seed}) leave nothing open`, async () => {
  const draw = mulberry32(seed);
  const noise: unknown[] = [];
  const hear = (what: unknown) => noise.push(what);
  process.on("warning", hear);
  process.on("unhandledRejection", hear);
  bench.closeLater(async () => {
    process.off("warning", hear);
    process.off("unhandledRejection", hear);
  });

  const servers = await bench.serveMany(2, {
    read({ text }) {
      if (draw() < 0.2) throw new Error("now and then");
      return { text };
    },
  });
  const { stub, client, clock } = bench.client({ url: servers.map(({ url }) => url) });
  const shared = new AbortController();
  const kinds = [
    (signal: AbortSignal) => stub.unary({ text: "u" }, { signal }),
    (signal: AbortSignal) => stub.read({ text: "r" }, { signal }),
    (signal: AbortSignal) => readAll(stub.watch({ text: "w" }, { signal })),
    (signal: AbortSignal) => stub.collect(notes("a", "b"), { signal }),
    (signal: AbortSignal) => readAll(stub.chat(notes("a", "b", "c"), { signal })),
    async (signal: AbortSignal) => {
      for await (const _ of stub.chat(notes("a", "b"), { signal })) break;
    },
  ];

  const failures: unknown[] = [];
  let answered = 0;
  const one = async (number: number) => {
    const own = new AbortController();
    const call = kinds[number % kinds.length];
    const ticks = draw() < 0.4 ? Math.floor(draw() * 40) : Number.POSITIVE_INFINITY;
    const running = call?.(ticks === Number.POSITIVE_INFINITY ? shared.signal : own.signal);
    void turns(Math.min(ticks, 200)).then(() => own.abort());
    await running?.then(
      () => answered++,
      (reason) => failures.push(reason),
    );
  };
  for (let number = 0; number < calls; number += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => one(number + index)));
  }

  expect(answered + failures.length).toBe(calls);
  expect(answered).toBeGreaterThan(calls / 2);
  expect(failures.filter((failure) => !(failure instanceof ConnectError))).toEqual([]);
  await turns(200);
  expect(getEventListeners(shared.signal, "abort")).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
  await client.close();
  await Promise.all(servers.map(({ server }) => server.stop()));
  expect(noise).toEqual([]);
}, 60_000);

/** Lets the event loop turn `count` times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
