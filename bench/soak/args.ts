import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface SoakArgs {
  /** How long things fail. */
  readonly seconds: number;
  readonly seed: number;
  readonly perSecond: number;
}

export const soakUsage = `pnpm soak [--minutes <n> | --seconds <n>] [--seed <n>] [--rate <n>]

  --minutes  how long servers and network fail (2)
  --seconds  the same, for short runs
  --seed     determines calls and faults; drawn if it is left out
  --rate     calls per second (200)`;

/**
 * Reads the command line. `drawSeed` gives a seed if there is none.
 *
 * @throws TypeError or RangeError naming the argument that is wrong.
 */
export function parseSoakArgs(argv: readonly string[], drawSeed: () => number): SoakArgs {
  const { values } = parseArgs({
    args: argv.filter((arg) => arg !== "--"),
    options: {
      minutes: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      rate: { type: "string", default: "200" },
    },
  });
  const { minutes, seconds, seed, rate } = values;
  if (minutes !== undefined && seconds !== undefined) {
    throw new TypeError("--minutes and --seconds exclude each other");
  }
  return {
    seconds:
      seconds === undefined
        ? 60 * number("minutes", minutes ?? "2", 0.1, 10_000)
        : number("seconds", seconds, 1, 600_000),
    seed: seed === undefined ? drawSeed() : number("seed", seed, 0, 0x7fff_ffff),
    perSecond: number("rate", rate, 1, 5_000),
  };
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new RangeError(
    `--${name} must be a number from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}
