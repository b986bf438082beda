import type {
  AttemptReport,
  CallReport,
  ChoiceReport,
  DecisionReport,
  RefusalReport,
} from "@thrice/core";

/** Renders a report as lines of text: one for the call, three or four for each attempt, one for each refusal. */
export function describeReport(report: CallReport): string {
  const { call, attempts, refusals, loadBalancer } = report;
  const { parent, name } = call.method;
  const count = `${attempts.length} ${attempts.length === 1 ? "attempt" : "attempts"}`;
  const took = `${count} in ${time(report.durationMs)}`;
  const by = `strategy ${report.strategy}, load balancer ${loadBalancer}`;
  const failed = report.message === undefined ? [] : [`  ${report.outcome}: ${report.message}`];
  return [
    `${parent.typeName}/${name}: ${report.code} after ${took}; ${by}`,
    ...failed,
    ...attempts.flatMap((attempt) => describeAttempt(attempt, loadBalancer)),
    ...refusals.map(describeRefusal),
  ].join("\n");
}

function describeAttempt(attempt: AttemptReport, loadBalancer: string): string[] {
  const { choice, decision, kind, endpoint, reason, delayMs } = attempt;
  const waited = delayMs > 0 ? ` after ${time(delayMs)}` : "";
  const head = `  ${attempt.attempt.number}. at ${time(attempt.atMs)} to ${endpoint}`;
  return [
    `${head}: ${kind}${waited}; ${reason}`,
    ...(choice === undefined ? [] : describeChoice(choice, loadBalancer)),
    `     ${describeEnd(attempt)}`,
    ...(decision === undefined ? [] : [`     ${describeDecision(decision)}`]),
  ];
}

function describeEnd({ outcome, code, durationMs }: AttemptReport): string {
  if (outcome === undefined || durationMs === undefined) return "still under way";
  return `${outcome}, ${code}, after ${time(durationMs)}`;
}

function describeChoice(choice: ChoiceReport, loadBalancer: string): string[] {
  const { known, routers, routed, used, ejected, isPanic, excluded, shown, weighed } = choice;
  const steps = [
    `${known} known`,
    ...routers.map(
      ({ name, key, left }) => `${left} left by ${name}${key === "" ? "" : ` (${key})`}`,
    ),
    ...(used === routed ? [] : [`${used} in the subset`]),
    ...(ejected.length === 0 ? [] : [`ejected: ${list(ejected.map(describeEjected))}`]),
    ...(isPanic ? ["too many are ejected, so all are taken"] : []),
    ...(excluded.length === 0 ? [] : [`tried: ${list(excluded)}`]),
    `${shown} to choose from`,
  ];
  const costs = weighed.map(({ endpoint, cost }) => `${endpoint} costs ${number(cost)}`);
  return [
    `     ${steps.join("; ")}`,
    ...(costs.length === 0 ? [] : [`     ${loadBalancer} compared ${list(costs)}`]),
  ];
}

function describeEjected({ endpoint, cause, forMs }: ChoiceReport["ejected"][number]): string {
  return `${endpoint} (${cause}, for ${time(forMs)})`;
}

function describeDecision(decision: DecisionReport): string {
  const { kind, reason, afterMs } = decision;
  const what =
    kind === "stop"
      ? `no retry: ${reason}`
      : `retry ${afterMs > 0 ? `after ${time(afterMs)}` : "at once"}`;
  return what + describeBounds(decision);
}

function describeRefusal(refusal: RefusalReport): string {
  const { atMs, kind, endpoint, reason } = refusal;
  const to = endpoint === undefined ? "" : ` to ${endpoint}`;
  return `  - at ${time(atMs)}${to}: ${kind}, not sent; ${reason}${describeBounds(refusal)}`;
}

function describeBounds({
  budgetTokens,
  throttledRatio,
}: Pick<DecisionReport, "budgetTokens" | "throttledRatio">): string {
  const bounds = [
    ...(budgetTokens === undefined ? [] : [`budget ${number(budgetTokens)}`]),
    ...(throttledRatio ? [`${Math.round(100 * throttledRatio)} % of calls held back`] : []),
  ];
  return bounds.length === 0 ? "" : ` (${bounds.join(", ")})`;
}

/** Longest list that is shown whole. */
const maxShown = 10;

function list(texts: readonly string[]): string {
  const more = texts.length - maxShown;
  return texts.slice(0, maxShown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Milliseconds with three digits that count, and no fraction from 100 on. */
function time(ms: number): string {
  return `${number(ms)} ms`;
}

function number(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
