import { parseDiscoveryArgs } from "./args.js";
import { measures, type Readings } from "./measures.js";
import { formatDiscoveryReport, isBad } from "./report.js";

const args = parseDiscoveryArgs([]);
const good = Object.fromEntries(measures.map(({ key }) => [key, 0])) as Readings;

test("what misses its goal stands out, and each engine has a column", () => {
  const report = formatDiscoveryReport(args, [
    { engine: "etcd", readings: { ...good, stoppedMs: 100.4, calls: 3_200 } },
    { engine: "zookeeper", readings: { ...good, stoppedMs: 99 } },
  ]);
  expect(report).toContain("| measure | goal | etcd | zookeeper |");
  expect(report).toContain("has left the last consumer, ms | at most 100 | **100** | 99.0 |");
  expect(report).toContain("| calls meanwhile |  | 3 200 | 0 |");
});

test("a lost call fails the run, a slow machine does not", () => {
  expect(isBad(args, { engine: "etcd", readings: { ...good, lostCalls: 1 } })).toBe(true);
  expect(isBad(args, { engine: "etcd", readings: { ...good, newServerMs: 900 } })).toBe(false);
});

test("calls that failed are told of", () => {
  const result = {
    engine: "etcd",
    readings: { ...good, lostCalls: 1 },
    lostCalls: ["a\nb"],
  } as const;
  expect(formatDiscoveryReport(args, [result])).toContain("### Failures\n\n- etcd: a b");
});

test("a run that failed says why, in one line", () => {
  const result = { engine: "etcd", failure: "not\nthere" } as const;
  expect(isBad(args, result)).toBe(true);
  expect(formatDiscoveryReport(args, [result])).toContain("- etcd: not there");
});
