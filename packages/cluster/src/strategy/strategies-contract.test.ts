import { memoryLogger } from "@thrice/core/testing";
import { strategy } from "../testing/call-bench.js";
import { describeStrategyContract, type TestRunner } from "../testing/index.js";
import { available } from "./available.js";
import { broadcast } from "./broadcast.js";
import { failback } from "./failback.js";
import { failfast } from "./failfast.js";
import { failover } from "./failover.js";
import { failsafe } from "./failsafe.js";
import { forking } from "./forking.js";
import { hedged } from "./hedged.js";
import { mergeable } from "./mergeable.js";
import { quorum } from "./quorum.js";
import { zoneAware } from "./zone-aware.js";

const logger = memoryLogger();

describeStrategyContract("failover", () => failover);
describeStrategyContract("failfast", () => failfast);
describeStrategyContract("failover without recover", () => strategy(failover.run));
describeStrategyContract("failfast without recover", () => strategy(failfast.run));
describeStrategyContract("failsafe without recover", () => strategy(failsafe({ logger }).run));
describeStrategyContract("failsafe", () => failsafe({ logger }));
describeStrategyContract("failback", () => failback({ logger }));
describeStrategyContract("forking", () => forking());
describeStrategyContract("broadcast", () => broadcast());
describeStrategyContract("broadcast in turn", () => broadcast({ inTurn: true }));
describeStrategyContract("available", () => available);
describeStrategyContract("zoneAware", () => zoneAware({ zone: "here" }));
describeStrategyContract("mergeable", () => mergeable(([first]) => first as never));
describeStrategyContract("hedged", () => hedged({ delayMs: 10 }));
describeStrategyContract("quorum", () => quorum(2, 3));

describe("the contract", () => {
  /** Titles of the cases that a strategy fails. */
  const failedBy = async (broken: Parameters<typeof strategy>[0]) => {
    const runs: [string, () => Promise<void>][] = [];
    const runner: TestRunner = {
      describe: (_, define) => define(),
      test: (title, run) => runs.push([title, run]),
    };
    describeStrategyContract("broken", () => strategy(broken), runner);
    const failed = await Promise.all(
      runs.map(([title, run]) =>
        run().then(
          () => [],
          () => [title],
        ),
      ),
    );
    return failed.flat();
  };

  test("finds a strategy that never settles", async () => {
    const failed = await failedBy(() => new Promise(() => {}));
    expect(failed).toContain("settles without an endpoint, and sends nothing");
  });

  test("finds one that throws what an attempt said", async () => {
    const failed = await failedBy(async (call) => {
      const result = await call.attempt(call.pick());
      if (!result.ok) throw result.error;
      return result;
    });
    expect(failed).toContain("settles when every attempt ends as refused, Unavailable");
  });
});
