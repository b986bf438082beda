import { Code } from "@connectrpc/connect";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { broadcast } from "./broadcast.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe.each([{ inTurn: false }, { inTurn: true }])("broadcast, inTurn $inTurn", ({ inTurn }) => {
  test("asks everyone, and answers with the last one's success", async () => {
    const script = [answer("a"), answer("b"), answer("c")];
    const { result, wire } = await bench.play({ strategy: broadcast({ inTurn }), script });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "c" } } });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test("fails if one fails, after everyone was asked", async () => {
    const script = [answer("a"), failure({ code: Code.Aborted }), answer("c", { afterMs: 5 })];
    const { result, wire, endedAtMs } = await bench.play({
      strategy: broadcast({ inTurn }),
      script,
    });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Aborted } });
    expect(wire.asked).toEqual(["a", "b", "c"]);
    expect(endedAtMs).toBe(5);
  });

  test.each([
    { maxFailedRatio: 0.33, ok: false },
    { maxFailedRatio: 0.34, ok: true },
    { maxFailedRatio: 1, ok: true },
  ])("bears one failure of three with maxFailedRatio $maxFailedRatio: $ok", async (row) => {
    const { maxFailedRatio, ok } = row;
    const script = [answer("a"), answer("b"), failure()];
    const strategy = broadcast({ inTurn, maxFailedRatio });
    expect((await bench.play({ strategy, script })).result.ok).toBe(ok);
  });

  test("fails when nobody answers, whatever the ratio", async () => {
    const strategy = broadcast({ inTurn, maxFailedRatio: 1 });
    const script = [failure(), failure(), failure()];
    expect((await bench.play({ strategy, script })).result.ok).toBe(false);
    expect((await bench.play({ strategy, names: [] })).result).toMatchObject({
      error: { rawMessage: "no endpoint is known for greet.GreetService" },
    });
  });

  test("stops at the deadline", async () => {
    const strategy = broadcast({ inTurn });
    const names = Array.from({ length: 1_500 }, (_, at) => `e${at}`);
    const script = names.map(() => silence);
    const { result } = await bench.play({ strategy, names, script, timeoutMs: 20 });
    expect(result).toMatchObject({ outcome: "deadline-passed" });
  });
});

describe("broadcast", () => {
  test("asks one after the other in turn, all at once otherwise", async () => {
    const startsOf = async (inTurn: boolean) => {
      const script = [answer("a", { afterMs: 5 }), answer("b", { afterMs: 5 }), answer("c")];
      const { wire } = await bench.play({ strategy: broadcast({ inTurn }), script });
      return wire.requests.map(({ atMs }) => atMs);
    };
    expect(await startsOf(true)).toEqual([0, 5, 10]);
    expect(await startsOf(false)).toEqual([0, 0, 0]);
  });

  test("refuses a stream of answers", async () => {
    const call = { strategy: broadcast(), method: methods.bidi };
    const { result } = await bench.play(call);
    expect(result).toMatchObject({ error: { code: Code.Unimplemented } });
  });

  test("refuses wrong options", () => {
    expect(() => broadcast({ maxFailedRatio: 1.5 })).toThrow(
      "maxFailedRatio must be a number from 0",
    );
    expect(() => broadcast({ inTurn: 1 as never })).toThrow("inTurn must be true or false, got 1");
    expect(() => broadcast({ ratio: 1 } as never)).toThrow("unknown option 'ratio'");
  });
});
