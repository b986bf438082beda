import { markdownTable } from "../src/harness/report.js";
import { methods } from "./call-plan.js";
import { checksOf, isKept } from "./checks.js";
import { faults } from "./faults.js";
import type { SoakResult } from "./soak.js";
import { type CallTally, countOf, endKinds } from "./tally.js";

const maxReasons = 15;

/** Tables of the calls, the faults and the checks, what was wrong, and a line with the tally of the checks. */
export function formatSoakReport(result: SoakResult): string {
  const { args, troubled, healed, noted } = result;
  const checks = checksOf(result);
  const kept = checks.filter(isKept).length;
  const late = Object.keys(healed.reasons).map((reason) => `once all was mended: ${reason}`);
  const wrong = [...troubled.wrong, ...healed.wrong, ...late, ...noted];
  return [
    `### ${args.seconds} s of faults, ${args.perSecond} calls/s, seed ${args.seed}`,
    callTable(troubled, healed),
    markdownTable(
      ["fault", "times"],
      faults.map(({ name }) => [name, formatCount(result.faults.get(name))]),
    ),
    reasonTable(troubled),
    markdownTable(
      ["check", "found", "at most", "kept"],
      checks.map((check) => [
        check.what,
        formatCount(check.found),
        formatCount(check.most),
        isKept(check) ? "yes" : "no",
      ]),
    ),
    wrong.length === 0 ? "" : `### Wrong\n\n${wrong.map((line) => `- ${line}`).join("\n")}`,
    `${kept} passed, ${checks.length - kept} failed`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function callTable(troubled: CallTally, healed: CallTally): string {
  const row = (name: string, counts: readonly number[]) => [name, ...counts.map(formatCount)];
  const all = (tally: CallTally) => endKinds.map((kind) => countOf(tally, kind));
  return markdownTable(
    ["calls", ...endKinds],
    [
      ...methods.map((method) =>
        row(
          method,
          endKinds.map((kind) => troubled.counts[method][kind]),
        ),
      ),
      row("all", all(troubled)),
      row("once all was mended", all(healed)),
    ],
  );
}

function reasonTable({ reasons }: CallTally): string {
  const rows = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  return markdownTable(
    ["why calls found no server", "calls"],
    rows.slice(0, maxReasons).map(([reason, count]) => [reason, formatCount(count)]),
  );
}

/** A whole number, thousands apart. */
function formatCount(count = 0): string {
  return `${count}`.replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
