import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSoakArgs } from "./args.js";
import { drawCall, methods } from "./call-plan.js";
import { checksOf, isKept } from "./checks.js";
import { drawFault } from "./faults.js";
import { countExecutions, Journal, noteFault, readFaults } from "./journal.js";
import { formatSoakReport } from "./report.js";
import type { SoakResult } from "./soak.js";
import { addEnd, emptyTally } from "./tally.js";

const holdings = {
  residentBytes: 0,
  heapBytes: 1_000,
  resources: 1,
  sockets: 1,
  listeners: 0,
  sources: 0,
};

/** A soak of three calls in which all went well. */
function goodResult(): SoakResult {
  return {
    args: { seconds: 1, seed: 1, perSecond: 3 },
    troubled: emptyTally(methods),
    healed: emptyTally(methods),
    faults: new Map(),
    client: { empty: holdings, warm: holdings, end: holdings, closed: holdings },
    server: { warmHeapBytes: 1_000, endHeapBytes: 1_000, running: 0 },
    ends: { calls: 3, maxExecutions: Uint8Array.of(1, 3, 1), answered: Uint8Array.of(1, 1, 0) },
    executions: Uint8Array.of(1, 3, 0),
    noted: [],
  };
}

function broken(result: SoakResult): readonly string[] {
  return checksOf(result)
    .filter((check) => !isKept(check))
    .map(({ what }) => what);
}

describe("the checks of a soak", () => {
  test("hold where nothing went wrong, and the last line says so", () => {
    expect(broken(goodResult())).toEqual([]);
    expect(formatSoakReport(goodResult()).split("\n").at(-1)).toBe("13 passed, 0 failed");
  });

  test("find a call that was executed more often than it may be", () => {
    const result = { ...goodResult(), executions: Uint8Array.of(2, 3, 0) };
    expect(broken(result)).toEqual(["calls executed more often than they may be"]);
  });

  test("find an answer that no server gave", () => {
    const result = { ...goodResult(), executions: Uint8Array.of(1, 0, 0) };
    expect(broken(result)).toEqual(["calls answered that no server executed"]);
  });

  test("find what is wrong, and what leaks", () => {
    const result = goodResult();
    addEnd(result.troubled, "read", { kind: "wrong", text: "an answer to call 7" });
    const client = { ...result.client, closed: { ...holdings, sockets: 2, resources: 3 } };
    const found = { ...result, client, noted: ["client: unhandled rejection"] };
    expect(broken(found)).toHaveLength(4);
    expect(formatSoakReport(found)).toContain("- wrong: an answer to call 7");
    expect(formatSoakReport(found)).toContain("9 passed, 4 failed");
  });
});

describe("a journal", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "journal-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("counts executions that several processes noted", async () => {
    const journals = [new Journal(folder), new Journal(folder)];
    for (const journal of journals) for (const call of [0, 2, 2]) journal.note(call);
    for (const journal of journals) journal.close();
    expect([...(await countExecutions(folder, 3))]).toEqual([2, 0, 4]);
  });

  test("keeps faults, a line each", async () => {
    expect(await readFaults(folder)).toEqual([]);
    noteFault(folder, "two\nlines");
    expect(await readFaults(folder)).toEqual(["two lines"]);
  });
});

describe("what is drawn", () => {
  const half = () => 0.5;

  test("a call that nothing is known of may be executed once, unless the caller sets retries", () => {
    const drawn = [0.5, 0.1, 0.1, 0.9, 0.9, 0.9];
    const plan = drawCall(
      1,
      { hedges: false, canChat: true, canGiveUp: true },
      () => drawn.shift() ?? 0.99,
    );
    expect(plan).toMatchObject({ method: "book", maxExecutions: 1 });
  });

  test("a process that is to survive is not ended", () => {
    expect(drawFault(false, () => 0).endsProcess).toBe(false);
    expect(drawFault(true, () => 0).name).toBe("kill");
    expect(drawFault(false, half).endsProcess).toBe(false);
  });

  test.each([
    { argv: ["--minutes", "0.5", "--seed", "7"], seconds: 30, seed: 7 },
    { argv: ["--seconds", "20"], seconds: 20, seed: 3 },
    { argv: [], seconds: 120, seed: 3 },
  ])("$argv means $seconds s with seed $seed", ({ argv, seconds, seed }) => {
    expect(parseSoakArgs(argv, () => 3)).toEqual({ seconds, seed, perSecond: 200 });
  });

  test.each([
    { argv: ["--minutes", "1", "--seconds", "1"], says: "exclude" },
    { argv: ["--seed", "x"], says: '--seed must be a number from 0 to 2147483647, got "x"' },
  ])("$argv is refused", ({ argv, says }) => {
    expect(() => parseSoakArgs(argv, () => 3)).toThrow(says);
  });
});
