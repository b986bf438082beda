import { Code } from "@connectrpc/connect";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";
import { forking } from "./forking.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe("forking", () => {
  test("answers with the first success, and cancels the others", async () => {
    const script = [silence, answer("b", { afterMs: 20 }), answer("c", { afterMs: 10 })];
    const { result, wire, endedAtMs } = await bench.play({
      strategy: forking({ forks: 3 }),
      script,
    });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "c" } });
    expect(endedAtMs).toBe(10);
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 0, 0]);
    expect(wire.cancels.map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  // In Dubbo-go the first to end wins, also with an error.
  test("waits for a success when another fails first", async () => {
    const script = [failure({ afterMs: 1 }), answer("b", { afterMs: 20 })];
    const { result, endedAtMs } = await bench.play({ strategy: forking(), script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(endedAtMs).toBe(20);
  });

  test("fails with the latest failure when all fail", async () => {
    const script = [failure({ afterMs: 9, code: Code.Aborted }), failure({ afterMs: 1 })];
    const { result, endedAtMs } = await bench.play({ strategy: forking(), script });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Aborted } });
    expect(endedAtMs).toBe(9);
  });

  test.each([
    { forks: 1, names: ["a", "b"], asked: ["a"] },
    { forks: 2, names: ["a"], asked: ["a"] },
    { forks: 9, names: ["a", "b", "c"], asked: ["a", "b", "c"] },
    { forks: 2, names: [], asked: [] },
  ])("asks no endpoint twice: $forks forks of $names", async ({ forks, names, asked }) => {
    const script = [failure(), failure(), failure()];
    const { wire, result } = await bench.play({ strategy: forking({ forks }), names, script });
    expect(wire.asked).toEqual(asked);
    expect(result).toMatchObject({ error: { code: Code.Unavailable } });
  });

  test("takes nothing from the budget", async () => {
    const budget = { hasBudget: () => false, take: () => false, noteSuccess: () => {} };
    const { wire } = await bench.play({ strategy: forking(), budget, script: [answer(), silence] });
    expect(wire.asked).toEqual(["a", "b"]);
  });

  test("keeps the stream that begins first, and leaves the other", async () => {
    const script = [openStream({ afterMs: 5 }), openStream({ afterMs: 3 })];
    const call = bench.start({ strategy: forking(), method: methods.serverStream, script });
    await call.clock.advance(10);
    expect(call.ended()?.result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(call.wire.open).toEqual([1]);
    call.wire.finish(1);
  });

  test.each([0, -1, 1.5, 1_001, Number.NaN])("refuses forks %d", (forks) => {
    expect(() => forking({ forks })).toThrow(
      `forks must be a whole number from 1 to 1000, got ${forks}`,
    );
  });
});
