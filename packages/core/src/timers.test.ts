import fc from "fast-check";
import { Timers } from "./timers.js";

/** A driver that the test moves, and what it was told. */
class HandDriver {
  now = 0;
  armedForMs = Number.POSITIVE_INFINITY;
  holds = false;
  arms = 0;
  readonly heap = new Timers({
    nowMs: () => this.now,
    arm: (delayMs) => {
      this.arms++;
      this.armedForMs = this.now + delayMs;
    },
    hold: (holds) => {
      this.holds = holds;
    },
  });

  /** Moves on, and fires when what is armed is due. */
  advanceTo(timeMs: number): void {
    while (this.armedForMs <= timeMs) {
      this.now = Math.max(this.now, this.armedForMs);
      this.armedForMs = Number.POSITIVE_INFINITY;
      this.heap.fire();
    }
    this.now = Math.max(this.now, timeMs);
  }
}

describe("Timers", () => {
  test("fires what is due, in order of due time and of setting, and nothing twice", () => {
    const driver = new HandDriver();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ["c", 30],
      ["a", 10],
      ["b1", 20],
      ["b2", 20],
    ] as const) {
      driver.heap.set(delayMs, () => fired.push(`${name}@${driver.now}`));
    }
    driver.advanceTo(9);
    expect(fired).toEqual([]);
    driver.advanceTo(100);
    expect(fired).toEqual(["a@10", "b1@20", "b2@20", "c@30"]);
    expect(driver.heap.size).toBe(0);
  });

  test("touches the process's timer only for what is due sooner", () => {
    const driver = new HandDriver();
    const undo = driver.heap.set(3_000, () => {});
    for (let i = 1; i < 1_000; i++) {
      driver.now = i;
      driver.heap.set(3_000, () => {})();
    }
    expect(driver.arms).toBe(1);
    driver.heap.set(10, () => {});
    expect(driver.arms).toBe(2);
    undo();
  });

  test("holds the process as long as there is a timer", () => {
    const driver = new HandDriver();
    const undo = [driver.heap.set(5, () => {}), driver.heap.set(6, () => {})];
    expect(driver.holds).toBe(true);
    undo[0]?.();
    expect(driver.holds).toBe(true);
    undo[1]?.();
    expect(driver.holds).toBe(false);
    driver.heap.set(50, () => {});
    expect(driver.holds).toBe(true);
    driver.advanceTo(100);
    expect(driver.holds).toBe(false);
  });

  test("fires a timer that was set while an earlier one, since undone, is armed", () => {
    const driver = new HandDriver();
    const fired: number[] = [];
    const undo = driver.heap.set(10, () => fired.push(-1));
    driver.heap.set(20, () => fired.push(driver.now));
    undo();
    driver.advanceTo(30);
    expect(fired).toEqual([20]);
  });

  test("leaves what a callback sets without delay to the next turn", () => {
    const driver = new HandDriver();
    let fired = 0;
    const again = () => {
      fired++;
      driver.heap.set(0, again);
    };
    driver.heap.set(0, again);
    driver.heap.fire();
    expect(fired).toBe(1);
    driver.heap.fire();
    expect(fired).toBe(2);
  });

  test("goes on with the others after a callback that throws", () => {
    const driver = new HandDriver();
    const fired: string[] = [];
    driver.heap.set(1, () => {
      throw new Error("bad callback");
    });
    driver.heap.set(1, () => fired.push("other"));
    driver.now = 1;
    expect(() => driver.heap.fire()).toThrow("bad callback");
    driver.advanceTo(1);
    expect(fired).toEqual(["other"]);
  });

  test("does as a list would that is sorted anew each time", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), delayMs: fc.nat(50) }),
      fc.record({ kind: fc.constant("undo" as const), which: fc.nat(100) }),
      fc.record({ kind: fc.constant("wait" as const), byMs: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const driver = new HandDriver();
        const fired: number[] = [];
        const expected: number[] = [];
        let model: { id: number; dueMs: number }[] = [];
        const undo: (() => void)[] = [];
        const advance = (timeMs: number) => {
          driver.advanceTo(timeMs);
          const due = model.filter(({ dueMs }) => dueMs <= timeMs);
          model = model.filter(({ dueMs }) => dueMs > timeMs);
          due.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id);
          expected.push(...due.map(({ id }) => id));
        };
        for (const at of steps) {
          if (at.kind === "set") {
            const id = undo.length;
            undo.push(driver.heap.set(at.delayMs, () => fired.push(id)));
            model.push({ id, dueMs: driver.now + at.delayMs });
          } else if (at.kind === "undo") {
            undo[at.which]?.();
            model = model.filter(({ id }) => id !== at.which);
          } else {
            advance(driver.now + at.byMs);
          }
          expect(driver.heap.size).toBe(model.length);
        }
        advance(driver.now + 100);
        expect(fired).toEqual(expected);
      }),
      { seed: 71, numRuns: 500 },
    );
  });
});
