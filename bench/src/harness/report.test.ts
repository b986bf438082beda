import { contestants } from "../contestants.js";
import { scenarios } from "../scenarios.js";
import { formatNumber, formatReport } from "./report.js";
import { Results } from "./results.js";

function resultsOf(...rates: readonly (readonly [string, number])[]): Results {
  const results = new Results();
  for (const [contestant, perSecond] of rates) {
    results.add("unary-64", contestant, {
      perSecond,
      p50Us: 1,
      p99Us: 2,
      cpuUs: 3,
      serverCpuUs: 4,
      othersPercent: 5,
    });
  }
  return results;
}

function rowOf(report: string, contestant: string): string | undefined {
  return report.split("\n").find((line) => line.startsWith(`| ${contestant} |`));
}

describe("the report", () => {
  test("sets medians and their ratios to the baselines in a row", () => {
    const results = resultsOf(["floor", 1_000], ["thrice", 100], ["thrice", 300], ["thrice", 250]);
    const report = formatReport(results, scenarios, contestants);
    expect(rowOf(report, "thrice")).toBe(
      "| thrice | 250 | 0.25 | – | – | 1.00 | 2.00 | 3.00 | 4.00 | 5.00 |",
    );
  });

  test("shows a dash for a contestant that cannot take part, and no row for one left out", () => {
    const results = new Results();
    results.add("unary-tls-64", "grpc-js", { perSecond: 1 });
    const scarce = contestants.map((entry) => ({
      ...entry,
      features: entry.features.filter((one) => one !== "tls" || entry.name !== "node:http2"),
    }));
    const report = formatReport(results, scenarios, scarce);
    expect(rowOf(report, "node:http2")).toBe("| node:http2 | – | – | – | – | – | – | – | – | – |");
    expect(rowOf(report, "floor")).toBeUndefined();
    expect(rowOf(report, "net.Socket")).toBeUndefined();
  });

  test("says failed, and why, even if other rounds went well", () => {
    const results = resultsOf(["thrice", 100]);
    results.add("unary-64", "thrice", new Error("client: gone"));
    const report = formatReport(results, scenarios, contestants);
    expect(rowOf(report, "thrice")).toContain("| failed |");
    expect(report).toContain("- unary-64, thrice: client: gone");
  });

  test("checks the targets whose two sides were measured", () => {
    const results = resultsOf(["thrice", 1_300], ["grpc-js", 100]);
    const report = formatReport(results, scenarios, contestants);
    expect(report).toContain("| thrice ÷ grpc-js | at least 12.0 | 13.0 | yes | 5.00 |");
    expect(report).toContain("| thrice ÷ grpc-js | at most 0.20 | 1.00 | no | 5.00 |");
    expect(report).not.toContain("÷ floor");
  });
});

describe("formatNumber", () => {
  test.each([
    { value: undefined, expected: "–" },
    { value: Number.NaN, expected: "–" },
    { value: 0, expected: "0" },
    { value: 0.004, expected: "0.004" },
    { value: 0.25, expected: "0.25" },
    { value: 2.71534, expected: "2.72" },
    { value: 27.1534, expected: "27.2" },
    { value: 271.534, expected: "272" },
    { value: 1234567.8, expected: "1 234 568" },
    { value: -2500, expected: "-2 500" },
  ])("writes $value as $expected", ({ value, expected }) => {
    expect(formatNumber(value)).toBe(expected);
  });
});
