import { formatNumber, markdownTable } from "../src/harness/report.js";
import type { Args } from "./args.js";
import type { EngineName } from "./engine/engine.js";
import { type Measure, measures, type Readings } from "./measures.js";

/** What was found on an engine, or why nothing was. */
export interface Result {
  readonly engine: EngineName;
  readonly readings?: Readings;
  readonly failure?: string;
  /** Calls that failed, in words. */
  readonly lostCalls?: readonly string[];
}

/** A table of all that was measured, and what failed. */
export function formatDiscoveryReport(args: Args, results: readonly Result[]): string {
  const head = ["measure", "goal", ...results.map(({ engine }) => engine)];
  const rows = measures.map((measure) => [
    measure.title,
    measure.atMost === undefined ? "" : `at most ${formatNumber(measure.atMost(args))}`,
    ...results.map(({ readings }) => formatCell(measure, args, readings)),
  ]);
  const { providers, consumers, rounds, leaseSeconds } = args;
  const about = `${providers} providers, ${consumers} consumers, ${2 * rounds} changes, entries of dead processes kept ${leaseSeconds} s.`;
  const failures = results.flatMap(({ engine, failure, lostCalls = [] }) =>
    [...(failure === undefined ? [] : [failure]), ...lostCalls].map(
      (text) => `- ${engine}: ${text.replaceAll("\n", " ")}`,
    ),
  );
  const list = failures.length === 0 ? [] : [`### Failures\n\n${failures.join("\n")}`];
  return [about, markdownTable(head, rows), ...list].join("\n\n");
}

/** Whether a run failed, or missed what it may not miss. */
export function isBad(args: Args, { readings, failure }: Result): boolean {
  if (readings === undefined || failure !== undefined) return true;
  return measures.some((measure) => measure.strict && isMissed(measure, args, readings));
}

function formatCell(measure: Measure, args: Args, readings: Readings | undefined): string {
  if (readings === undefined) return "–";
  const text = formatNumber(readings[measure.key]);
  return isMissed(measure, args, readings) ? `**${text}**` : text;
}

function isMissed({ key, atMost }: Measure, args: Args, readings: Readings): boolean {
  return atMost !== undefined && !(readings[key] <= atMost(args));
}
