/** Callers and handlers that do not keep up with each other: memory stays bounded, and nothing is lost. */
import type { Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope, openRawClient } from "./support/raw-client.js";
import { happening, type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(implementation: Kinds) {
  const served = closing(await openServed(implementation));
  return { ...served, client: closing(await openRawClient(served.port)) };
}

/** Lets everything happen that can happen without more input. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const text = "x".repeat(10_000);
const count = 5_000; // 50 MB

describe("50 MB to a caller that does not read", () => {
  const implementation = (yielded: { count: number }): Kinds => ({
    async *watch() {
      for (; yielded.count < count; yielded.count++) yield note(text);
    },
  });

  test("are not made before there is room for them", async () => {
    const yielded = { count: 0 };
    const { client } = await open(implementation(yielded));
    const call = client.start("Watch", {}, { takesNothing: true }).sendNotes(["go"], true);
    await call.until(() => call.receivedBytes > 200_000);
    await settle();
    expect(yielded.count * text.length).toBeLessThan(1024 * 1024);
    expect(call.stream.hasEnded).toBe(false);
  });

  test("all come once it reads", async () => {
    const yielded = { count: 0 };
    const { client } = await open(implementation(yielded));
    const call = client.start("Watch", {}, { takesNothing: true }).sendNotes(["go"], true);
    const takeAll = () => call.stream.addCredit(call.receivedBytes);
    await call.until(() => {
      takeAll();
      return call.stream.hasEnded;
    });
    expect(await call.status()).toMatchObject({ code: 0 });
    expect(call.receivedBytes).toBe(count * envelope(text).length);
  });

  test("stop when it leaves", async () => {
    const closed = happening();
    const { client } = await open({
      async *watch() {
        try {
          for (;;) yield note(text);
        } finally {
          closed.happens();
        }
      },
    });
    const call = client.start("Watch", {}, { takesNothing: true }).sendNotes(["go"], true);
    await call.until(() => call.receivedBytes > 200_000);
    await settle();
    call.stream.reset(8);
    await closed.happened;
  });
});

describe("50 MB for a handler", () => {
  /** Sends as fast as the server lets it. */
  function sendAll(
    call: Awaited<ReturnType<typeof open>>["client"] extends { start: infer S }
      ? S extends (...args: never) => infer C
        ? C
        : never
      : never,
  ) {
    const bytes = Buffer.concat(Array.from({ length: 100 }, () => envelope(text)));
    for (let sent = 0; sent < count; sent += 100) call.send(bytes, sent + 100 === count);
  }

  test("that does not read stay with the caller", async () => {
    const begun = happening();
    const { client } = await open({
      collect: async () => {
        begun.happens();
        return await new Promise<never>(() => {});
      },
    });
    const call = client.start("Collect");
    sendAll(call);
    await begun.happened;
    await settle();
    expect(call.stream.bufferedBytes).toBeGreaterThan(49_000_000);
  });

  test("that reads in its own time all come", async () => {
    const { client } = await open({
      collect: async (requests: AsyncIterable<Note>) => {
        let received = 0;
        for await (const { text: got } of requests) {
          received += got.length;
          if (received % 1_000_000 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        return note(`${received}`);
      },
    });
    const call = client.start("Collect");
    sendAll(call);
    await call.ended;
    expect(call.texts()).toEqual([`${count * text.length}`]);
  });

  test("that stops reading are dropped, and the answer comes", async () => {
    const { client } = await open({
      collect: async (requests: AsyncIterable<Note>) => {
        for await (const { text: got } of requests) return note(`${got.length}`);
        return note("none");
      },
    });
    const call = client.start("Collect");
    sendAll(call);
    expect(await call.status()).toMatchObject({ code: 0 });
    expect(call.texts()).toEqual([`${text.length}`]);
  });
});

test("a message longer than all windows comes through", async () => {
  const { client } = await open({
    collect: async (requests: AsyncIterable<Note>) => {
      let length = 0;
      for await (const { text: got } of requests) length += got.length;
      return note(`${length}`);
    },
  });
  const large = "y".repeat(4_000_000);
  const call = client.start("Collect").sendNotes([large, large], true);
  await call.ended;
  expect(call.texts()).toEqual(["8000000"]);
});
