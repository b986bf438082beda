import { seededRandom } from "./seeded-random.js";
import { VirtualClock } from "./virtual-clock.js";

const never = () => false;

test("timers fire in the order of their times, and those of one time in the order in which they were set", async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  for (const [name, dueMs] of Object.entries({ late: 30, first: 10, second: 10, between: 20 })) {
    clock.setTimer(dueMs, () => fired.push(`${clock.nowMs()} ${name}`));
  }
  await clock.run(25, never);
  expect(fired).toEqual(["10 first", "10 second", "20 between"]);
  expect(clock.nowMs()).toBe(25);
});

test("a timer that was undone does not fire", async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const undo = clock.setTimer(10, () => fired.push("undone"));
  clock.setTimer(5, undo);
  await clock.run(20, never);
  expect(fired).toEqual([]);
});

test("promises settle between two timers, however long their chain", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const wait = async (name: string) => {
    for (let step = 0; step < 50; step++) await Promise.resolve();
    seen.push(`${clock.nowMs()} ${name}`);
  };
  clock.setTimer(1, () => void wait("one"));
  clock.setTimer(1, () => void wait("other"));
  clock.setTimer(2, () => seen.push("2 next"));
  await clock.run(2, never);
  expect(seen).toEqual(["1 one", "1 other", "2 next"]);
});

test("it stops as soon as it is over", async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const again = () => {
    fired++;
    clock.setTimer(1, again);
  };
  again();
  await clock.run(Number.MAX_SAFE_INTEGER, () => fired === 3);
  expect(clock.nowMs()).toBe(2);
});

test("what a timer throws rejects the run", async () => {
  const clock = new VirtualClock();
  clock.setTimer(1, () => {
    throw new Error("no such server");
  });
  await expect(clock.run(2, never)).rejects.toThrow("no such server");
});

test("ten thousand timers at random times fire in order", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(7);
  const firedMs: number[] = [];
  for (let i = 0; i < 10_000; i++)
    clock.setTimer(random() * 1_000, () => firedMs.push(clock.nowMs()));
  await clock.run(1_000, never);
  expect(firedMs).toHaveLength(10_000);
  expect(firedMs).toEqual([...firedMs].sort((a, b) => a - b));
});
