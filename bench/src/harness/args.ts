import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Args {
  /** JSON on standard output instead of tables. */
  readonly json: boolean;
  /** Matched against `<scenario> <contestant>`; only what matches is run. */
  readonly only: RegExp;
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Bound of a warm-up. */
  readonly maxWarmUpSeconds: number;
  /** Calls of a leak run. */
  readonly leakCalls: number;
  /** Few scenarios, one short round: below a minute. */
  readonly quick: boolean;
}

export const usage = `pnpm bench [--quick] [--json] [--only <regex>] [--rounds <n>] [--seconds <s>] [--warm-up <s>] [--leak-calls <n>]

  --only        runs what matches, of "<scenario> <contestant>", e.g. --only 'unary-64 (grpc-js|thrice)$'
  --rounds      measurements of each contestant, in turn; medians are reported (3)
  --seconds     length of one measurement (2)
  --warm-up     bound of a warm-up, which ends sooner once a call gets no cheaper (15)
  --leak-calls  calls of a leak run (20 000)
  --quick       two scenarios, one short round, half a warm-up: to see whether it runs`;

/**
 * Reads the command line.
 *
 * @throws TypeError, RangeError or SyntaxError naming the argument that is wrong.
 */
export function parseBenchArgs(argv: readonly string[]): Args {
  const { values } = parseArgs({
    args: argv.filter((arg) => arg !== "--"),
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      "warm-up": { type: "string" },
      "leak-calls": { type: "string" },
    },
  });
  const { json, quick, only } = values;
  return {
    json,
    quick,
    only: new RegExp(only),
    rounds: Math.ceil(numberArg("rounds", values.rounds ?? (quick ? "1" : "3"), 1, 100)),
    seconds: numberArg("seconds", values.seconds ?? (quick ? "0.4" : "2"), 0.1, 600),
    maxWarmUpSeconds: numberArg("warm-up", values["warm-up"] ?? (quick ? "1.5" : "15"), 0, 600),
    leakCalls: Math.ceil(numberArg("leak-calls", values["leak-calls"] ?? "20000", 1_000, 1e7)),
  };
}

function numberArg(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text !== "" && value >= min && value <= max) return value;
  throw new RangeError(`--${name} must be a number from ${min} to ${max}, got ${text}`);
}
