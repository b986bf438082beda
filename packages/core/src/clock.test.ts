import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "./clock.js";

const after = (delayMs: number) =>
  new Promise<void>((resolve) => systemClock.setTimer(delayMs, resolve));

describe("systemClock", () => {
  test("never fires before its time", async () => {
    for (const delayMs of [0, 1, 2.5, 7]) {
      const startedMs = systemClock.nowMs();
      await after(delayMs);
      expect(systemClock.nowMs() - startedMs).toBeGreaterThanOrEqual(delayMs);
    }
  });

  test("fires in order, whatever order timers are set in", async () => {
    const fired: number[] = [];
    const timers = [9, 3, 6].map((delayMs) => after(delayMs).then(() => fired.push(delayMs)));
    systemClock.setTimer(1, () => fired.push(1))();
    await Promise.all(timers);
    expect(fired).toEqual([3, 6, 9]);
  });

  test("brings nobody's context into the callback of another", async () => {
    const storage = new AsyncLocalStorage<string>();
    const undo = storage.run("first", () => systemClock.setTimer(5, () => {}));
    const seen = await new Promise((resolve) =>
      systemClock.setTimer(6, () => resolve(storage.getStore())),
    );
    undo();
    expect(seen).toBeUndefined();
  });

  test("keeps the process alive for a timer, and lets it end when the last is undone", async () => {
    const script = `
      import { systemClock } from ${JSON.stringify(`${__dirname}/clock.ts`)};
      const undo = systemClock.setTimer(2_000_000_000, () => {});
      systemClock.setTimer(5, () => { console.log("fired"); undo(); });
    `;
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script],
      { stdio: ["ignore", "pipe", "inherit"], cwd: __dirname },
    );
    let out = "";
    child.stdout.on("data", (bytes) => {
      out += bytes;
    });
    const [code] = await once(child, "close");
    expect({ code, out }).toEqual({ code: 0, out: "fired\n" });
  });
});
