import { parseArgs } from "node:util";
import type { Effort } from "./process/lab.js";

/** What the command line asks for. */
export interface Args extends Effort {
  readonly json: boolean;
  /** Matched against `<scenario> <program>`. */
  readonly only: RegExp;
  readonly quick: boolean;
  /** Whether to print what clients tell of their endpoints. */
  readonly events: boolean;
}

export const usage = `pnpm scenarios:processes [--quick] [--json] [--events] [--only <regex>] [--seconds <s>] [--down <s>] [--outage <s>] [--cancelled <n>] [--endpoints <n>]

  --only       runs what matches, of "<scenario> <program>", e.g. --only '^(kill|slow) thrice$'
  --seconds    length of a fault (6)
  --down       how long a killed server stays away (5)
  --outage     how long all servers turn calls down (30)
  --cancelled  calls that are cancelled (100 000)
  --endpoints  length of the long list of endpoints (10 000)
  --quick      short faults, fewer cancelled calls: to see whether it runs
  --events     prints ejections and returns to standard error`;

/**
 * Reads the command line.
 *
 * @throws TypeError, RangeError or SyntaxError naming the argument that is wrong.
 */
export function parseScenarioArgs(argv: readonly string[]): Args {
  const { values } = parseArgs({
    args: argv.filter((arg) => arg !== "--"),
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      events: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      seconds: { type: "string" },
      down: { type: "string" },
      outage: { type: "string" },
      cancelled: { type: "string" },
      endpoints: { type: "string" },
    },
  });
  const { json, quick, events, only } = values;
  const byDefault = (usual: string, short: string) => (quick ? short : usual);
  return {
    json,
    quick,
    events,
    only: new RegExp(only),
    faultSeconds: number("seconds", values.seconds ?? byDefault("6", "3"), 1, 600),
    downSeconds: number("down", values.down ?? byDefault("5", "1"), 0.1, 600),
    outageSeconds: number("outage", values.outage ?? byDefault("30", "3"), 1, 600),
    cancelledCalls: whole(
      "cancelled",
      values.cancelled ?? byDefault("100000", "10000"),
      1_000,
      1e7,
    ),
    manyEndpoints: whole("endpoints", values.endpoints ?? "10000", 100, 100_000),
  };
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new RangeError(
    `--${name} must be a number from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = number(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`--${name} must be a whole number, got ${text}`);
}
