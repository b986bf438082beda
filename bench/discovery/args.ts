import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "./engine/engine.js";

/** What the command line asks for. */
export interface Args {
  readonly engines: readonly EngineName[];
  readonly json: boolean;
  readonly providers: number;
  readonly consumers: number;
  /** How many providers come and go, one after the other. */
  readonly rounds: number;
  /** Time after which entries of dead processes leave, in seconds. */
  readonly leaseSeconds: number;
  /** How long the quiet time is measured, in seconds. */
  readonly quietSeconds: number;
}

export const usage = `pnpm scenarios:discovery [--engine etcd|zookeeper|both] [--quick] [--json] [--providers <n>] [--consumers <n>] [--rounds <n>] [--lease <s>] [--quiet <s>]

  --engine     which engine, installed on this machine (etcd)
  --providers  how many there are of the service that is watched (1 000)
  --consumers  how many watch it (50)
  --rounds     how many providers come and go while the time is taken (50)
  --lease      time after which entries of dead processes leave, in seconds (10)
  --quiet      how long the quiet time is measured, in seconds (20)
  --quick      100 providers, 10 consumers, short times: to see whether it runs`;

/**
 * Reads the command line.
 *
 * @throws TypeError or RangeError naming the argument that is wrong.
 */
export function parseDiscoveryArgs(argv: readonly string[]): Args {
  const { values } = parseArgs({
    args: argv.filter((arg) => arg !== "--"),
    options: {
      engine: { type: "string", default: "etcd" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      providers: { type: "string" },
      consumers: { type: "string" },
      rounds: { type: "string" },
      lease: { type: "string" },
      quiet: { type: "string" },
    },
  });
  const { quick, json } = values;
  const byDefault = (usual: string, short: string) => (quick ? short : usual);
  return {
    engines: readEngines(values.engine),
    json,
    providers: whole("providers", values.providers ?? byDefault("1000", "100"), 1, 20_000),
    consumers: whole("consumers", values.consumers ?? byDefault("50", "10"), 1, 1_000),
    rounds: whole("rounds", values.rounds ?? byDefault("50", "5"), 1, 10_000),
    leaseSeconds: whole("lease", values.lease ?? byDefault("10", "3"), 2, 20),
    quietSeconds: whole("quiet", values.quiet ?? byDefault("20", "2"), 1, 3_600),
  };
}

function readEngines(text: string): readonly EngineName[] {
  if (text === "both") return engineNames;
  const engines = engineNames.filter((name) => name === text);
  if (engines.length > 0) return engines;
  throw new RangeError(`--engine must be etcd, zookeeper or both, got ${JSON.stringify(text)}`);
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `--${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}
