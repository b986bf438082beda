import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileWatch } from "./file-watch.js";
import { quietClock } from "./registry/quiet-clock.js";
import { FakeClock } from "./testing/fake-clock.js";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Counts its looks; `looked(n)` resolves when there were `n`. */
function watchOf(path: string, clock: FakeClock | typeof quietClock = new FakeClock()) {
  let looks = 0;
  const waiting = new Map<number, () => void>();
  const look = async () => {
    looks++;
    waiting.get(looks)?.();
  };
  const watch = new FileWatch({ paths: [path], intervalMs: 1_000, clock, look });
  open.push(() => watch.end());
  const looked = (count: number) =>
    new Promise<void>((resolve) => {
      if (looks >= count) resolve();
      else waiting.set(count, resolve);
    });
  return { watch, looked, looks: () => looks };
}

describe("a watch over files", () => {
  test("looks at once, then each interval, also where there is no folder", async () => {
    const clock = new FakeClock();
    const { watch, looks } = watchOf("/nowhere/file", clock);
    watch.begin();
    expect(looks()).toBe(1);
    await clock.advance(999);
    expect(looks()).toBe(1);
    await clock.advance(1);
    expect(looks()).toBe(2);
    await clock.advance(1_000);
    expect(looks()).toBe(3);
  });

  test("looks when the folder of a file changes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thrice-file-watch-"));
    open.push(() => rm(folder, { recursive: true }));
    const { watch, looked } = watchOf(join(folder, "file"), quietClock);
    watch.begin();
    await writeFile(join(folder, "other"), "");
    await looked(2);
  });

  test("looks no more once it has ended, and can begin again", async () => {
    const clock = new FakeClock();
    const { watch, looks } = watchOf("/nowhere/file", clock);
    watch.begin();
    await watch.end();
    expect(clock.pendingTimers).toBe(0);
    watch.begin();
    watch.begin();
    expect(clock.pendingTimers).toBe(1);
    expect(looks()).toBe(2);
  });

  test("looks again at what changed during a look", async () => {
    const clock = new FakeClock();
    const first = Promise.withResolvers<void>();
    let looks = 0;
    const look = () => (++looks === 1 ? first.promise : Promise.resolve());
    const watch = new FileWatch({ paths: ["/nowhere/file"], intervalMs: 1_000, clock, look });
    watch.begin();
    await clock.advance(1_000);
    expect(looks).toBe(1);
    first.resolve();
    await clock.advance(0);
    expect(looks).toBe(2);
    await watch.end();
  });
});
