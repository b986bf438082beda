import { Code } from "@connectrpc/connect";
import type { StreamAnswer } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import { unlimitedBudget } from "../retry/budget.js";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { failsafe } from "./failsafe.js";

const bench = new CallBench();
const logger = memoryLogger();
beforeEach(() => logger.records.splice(0));
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe("failsafe", () => {
  test("answers with its one success, and logs nothing", async () => {
    const { result } = await bench.play({ strategy: failsafe({ logger }), script: [answer("hi")] });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "hi" } } });
    expect(logger.records).toEqual([]);
  });

  test.each(["answered", "refused", "connection-lost", "rejected"] as const)(
    "answers with an empty message after an attempt that ended as %s, and logs why",
    async (outcome) => {
      const script = [failure({ outcome, code: Code.NotFound })];
      const { result, wire } = await bench.play({ strategy: failsafe({ logger }), script });
      expect(result).toMatchObject({
        ok: true,
        answer: { kind: "unary", message: { greeting: "" } },
      });
      expect(wire.asked).toEqual(["a"]);
      expect(logger.records).toEqual([
        {
          level: "error",
          message:
            "[greet.GreetService/Greet] failed and is answered with nothing: [[not_found] out of order]",
        },
      ]);
    },
  );

  test("answers without an endpoint, and when the attempt times out", async () => {
    const strategy = failsafe({ logger });
    expect((await bench.play({ strategy, names: [] })).result.ok).toBe(true);
    const call = { strategy, script: [silence], attemptTimeoutMs: 20 };
    expect((await bench.play(call)).result.ok).toBe(true);
    expect(logger.records).toHaveLength(2);
  });

  test("answers a stream with one of no messages", async () => {
    const method = methods.bidi;
    const script = [failure()];
    const { result } = await bench.play({ strategy: failsafe({ logger }), script, method });
    const { answer: empty } = result as { answer: StreamAnswer };
    const read = [];
    for await (const message of empty.messages) read.push(message);
    expect(read).toEqual([]);
  });

  test("leaves the deadline an error", async () => {
    const call = { strategy: failsafe({ logger }), script: [silence], timeoutMs: 20 };
    expect((await bench.play(call)).result).toMatchObject({ outcome: "deadline-passed" });
    expect(logger.records).toEqual([]);
  });

  test("earns the budget nothing with an empty answer", async () => {
    let earned = 0;
    const budget = { ...unlimitedBudget, noteSuccess: () => earned++ };
    await bench.play({ strategy: failsafe({ logger }), script: [failure()], budget });
    expect(earned).toBe(0);
  });

  test("survives a logger that throws", async () => {
    const broken = {
      ...memoryLogger(),
      errorf: () => {
        throw new Error("disk is full");
      },
    };
    const strategy = failsafe({ logger: broken });
    expect((await bench.play({ strategy, script: [failure()] })).result.ok).toBe(true);
  });

  test("refuses a logger that is none", () => {
    expect(() => failsafe({ logger: {} as never })).toThrow("logger must be a logger");
  });
});
