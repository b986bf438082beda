import { IncomingQueue } from "./incoming-queue.js";

function open({ convert = (text: string): string | Promise<string> => text } = {}) {
  const credits: number[] = [];
  const queue = new IncomingQueue<Buffer, string>(
    (bytes) => convert(String(bytes)),
    (bytes) => credits.push(bytes),
  );
  const arrive = (...texts: string[]) => {
    for (const text of texts) queue.push(Buffer.from(text));
    queue.noteArrived(texts.join("").length);
  };
  return { queue, credits, arrive };
}

const value = (text: string) => ({ done: false, value: text });
const done = { done: true, value: undefined };

describe("what arrives", () => {
  test("is read in order, whether it came before the reader or after", async () => {
    const { queue, arrive } = open();
    arrive("a", "b");
    expect([await queue.next(), await queue.next()]).toEqual([value("a"), value("b")]);
    const reads = [queue.next(), queue.next()];
    arrive("c", "d");
    expect(await Promise.all(reads)).toEqual([value("c"), value("d")]);
  });

  test("is read before the end", async () => {
    const { queue, arrive } = open();
    arrive("a");
    queue.finish();
    const texts: string[] = [];
    for await (const text of queue) texts.push(text);
    expect(texts).toEqual(["a"]);
    expect(await queue.next()).toEqual(done);
  });

  test("is read before the failure", async () => {
    const { queue, arrive } = open();
    arrive("a");
    queue.fail(new Error("too large"));
    queue.finish();
    expect(await queue.next()).toEqual(value("a"));
    await expect(queue.next()).rejects.toThrow("too large");
    await expect(queue.next()).rejects.toThrow("too large");
  });

  test("is not read once the stream is lost", async () => {
    const { queue, arrive } = open();
    arrive("a");
    queue.abort(new Error("lost"));
    await expect(queue.next()).rejects.toThrow("lost");
  });

  test("fails the read, when it cannot be opened", async () => {
    const { queue, arrive } = open({
      convert: (text) => (text === "now" ? fail() : Promise.reject(new Error("later"))),
    });
    arrive("now");
    await expect(queue.next()).rejects.toThrow("now");
    arrive("then");
    await expect(queue.next()).rejects.toThrow("later");
    const waiting = queue.next();
    arrive("now");
    await expect(waiting).rejects.toThrow("now");
  });
});

function fail(): never {
  throw new Error("now");
}

describe("the reader", () => {
  test("who waits is told of the end", async () => {
    const { queue } = open();
    const reads = [queue.next(), queue.next()];
    queue.finish();
    expect(await Promise.all(reads)).toEqual([done, done]);
  });

  test("who leaves gets nothing more", async () => {
    const { queue, arrive } = open();
    arrive("a");
    const left = await queue.return();
    arrive("b");
    expect([left, await queue.next()]).toEqual([done, done]);
  });

  test("may forget a read that fails", async () => {
    const { queue } = open();
    void queue.next();
    queue.abort(new Error("lost"));
    void queue.next();
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("the end", () => {
  const ends = [
    { how: "good", close: (queue: IncomingQueue<Buffer, string>) => queue.finish() },
    { how: "bad", close: (queue: IncomingQueue<Buffer, string>) => queue.fail(new Error("no")) },
  ];

  test.each(ends)("that is $how is told of when it is read, and not before", async ({ close }) => {
    const onOver = jest.fn();
    const queue = new IncomingQueue<Buffer, string>(String, () => {}, onOver);
    queue.push(Buffer.from("a"));
    close(queue);
    await queue.next();
    expect(onOver).not.toHaveBeenCalled();
    await queue.next().catch(() => {});
    expect(onOver).toHaveBeenCalledTimes(1);
  });

  test.each(ends)("that is $how is told of to a reader who waits", ({ close }) => {
    const onOver = jest.fn();
    const queue = new IncomingQueue<Buffer, string>(String, () => {}, onOver);
    void queue.next();
    close(queue);
    expect(onOver).toHaveBeenCalledTimes(1);
  });
});

describe("credit", () => {
  test("is given at once for what is read at once", async () => {
    const { queue, credits, arrive } = open();
    const read = queue.next();
    arrive("abc");
    expect(await read).toEqual(value("abc"));
    expect(credits).toEqual([3]);
  });

  test("is given at once for the parts of an item that is not whole", () => {
    const { queue, credits } = open();
    queue.noteArrived(100_000);
    queue.noteArrived(100_000);
    expect(credits).toEqual([100_000, 100_000]);
  });

  test("waits for a slow reader, who gives it in portions", async () => {
    const { queue, credits } = open();
    for (let item = 0; item < 10; item++) queue.push(Buffer.alloc(10_000));
    queue.noteArrived(100_000);
    expect(credits).toEqual([]);
    await queue.next();
    expect(credits).toEqual([]);
    await queue.next();
    expect(credits).toEqual([20_000]);
    for (let item = 2; item < 10; item++) await queue.next();
    expect(credits).toEqual([20_000, 20_000, 20_000, 20_000, 20_000]);
  });

  test.each(["return", "abort"] as const)("is given for what a %s drops", async (way) => {
    const { queue, credits, arrive } = open();
    arrive("abc");
    queue[way](new Error("lost"));
    arrive("de");
    expect(credits).toEqual([3, 2]);
  });
});
