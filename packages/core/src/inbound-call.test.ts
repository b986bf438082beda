import {
  currentInboundCall,
  type InboundCall,
  inboundRunner,
  runInboundCall,
} from "./inbound-call.js";

const inbound = (ms: number): InboundCall => ({ remainingMs: () => ms });

describe("currentInboundCall", () => {
  test("is undefined outside handlers, before and after one", () => {
    expect(currentInboundCall()).toBeUndefined();
    runInboundCall(inbound(1), () => {});
    expect(currentInboundCall()).toBeUndefined();
  });

  test("is the call that is served, also behind an await", async () => {
    const call = inbound(5);
    const seen = await runInboundCall(call, async () => {
      const before = currentInboundCall();
      await Promise.resolve();
      return [before, currentInboundCall()];
    });
    expect(seen).toEqual([call, call]);
    expect(seen[1]?.remainingMs()).toBe(5);
  });

  test("is the same one in each step of a runner, and not between them", async () => {
    const call = inbound(5);
    const run = inboundRunner(call);
    const seen = [run(currentInboundCall), currentInboundCall(), run(currentInboundCall)];
    const later = await run(async () => {
      await Promise.resolve();
      return currentInboundCall();
    });
    expect([...seen, later]).toEqual([call, undefined, call, call]);
  });

  test("is the inner one in a call within a call, and the outer one after", () => {
    const [outer, inner] = [inbound(1), inbound(2)];
    const seen = runInboundCall(outer, () => [
      runInboundCall(inner, currentInboundCall),
      currentInboundCall(),
    ]);
    expect(seen).toEqual([inner, outer]);
  });

  test("keeps calls that are served at the same time apart", async () => {
    const serve = (call: InboundCall) =>
      runInboundCall(call, async () => {
        await Promise.resolve();
        return currentInboundCall();
      });
    const [one, other] = [inbound(1), inbound(2)];
    expect(await Promise.all([serve(one), serve(other)])).toEqual([one, other]);
  });
});

describe("runInboundCall", () => {
  test("hands on what the handler returns or throws", () => {
    expect(runInboundCall(inbound(1), () => "served")).toBe("served");
    expect(() =>
      runInboundCall(inbound(1), () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(currentInboundCall()).toBeUndefined();
  });

  test("shares its store with another copy of the package", async () => {
    const call = inbound(3);
    await jest.isolateModulesAsync(async () => {
      const copy = await import("./inbound-call.js");
      expect(copy.runInboundCall).not.toBe(runInboundCall);
      expect(copy.runInboundCall(call, currentInboundCall)).toBe(call);
      expect(runInboundCall(call, copy.currentInboundCall)).toBe(call);
    });
  });
});
