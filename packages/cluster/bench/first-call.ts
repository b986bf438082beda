/**
 * What a new client of 10 000 endpoints does before its first call is sent, in milliseconds: it reads the addresses, makes
 * the directory, and cuts it down to a subset. Each time in a process of its own, as code that has not run yet is slow.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseAddresses, systemClock } from "@thrice/core";
import {
  ClientEndpoints,
  createStaticDirectory,
  keepEndpoints,
  resolveHealth,
  resolveSubset,
  Subsetter,
} from "../src/index.js";

const count = 10_000;
const processes = 11;

if (process.argv[2] === "once") console.log(JSON.stringify(measure()));
else report(Array.from({ length: processes }, runAlone));

function runAlone(): Record<string, number> {
  const file = fileURLToPath(import.meta.url);
  const out = execFileSync(process.execPath, [...process.execArgv, file, "once"]);
  return JSON.parse(out.toString()) as Record<string, number>;
}

function report(samples: Record<string, number>[]): void {
  for (const name of Object.keys(samples[0] ?? {})) {
    const sorted = samples.map((sample) => sample[name] ?? Number.NaN).sort((a, b) => a - b);
    console.log({ name, bestMs: sorted[0], medianMs: sorted[processes >> 1] });
  }
}

function measure(): Record<string, number> {
  const urls = Array.from({ length: count }, (_, at) => `127.1.${at >> 8}.${at & 255}:50051`);
  const settings = resolveHealth();
  const subset = resolveSubset(undefined);
  const startMs = performance.now();
  const addresses = parseAddresses(urls);
  const parsedMs = performance.now();
  const directory = keepEndpoints(createStaticDirectory(addresses), {});
  const madeMs = performance.now();
  const endpoints = new ClientEndpoints(
    directory,
    systemClock,
    settings && { settings, random: Math.random },
    { subsetter: subset && new Subsetter(subset, Math.random) },
  );
  endpoints.for();
  const endMs = performance.now();
  return {
    parse: parsedMs - startMs,
    directory: madeMs - parsedMs,
    subset: endMs - madeMs,
    all: endMs - startMs,
  };
}
