/** Builds the peers that are written in Go, in a folder that is not committed. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./peer-process.js";

const conformance = join(import.meta.dirname, "..");

/** Ends this program with one line, and success, where there is no Go. */
export function needGo(): void {
  if (spawnSync("go", ["version"]).status === 0) return;
  console.log("interop: skipped, as this machine has no Go to build the peers with");
  process.exit(0);
}

/** Makes the code of our protos, and builds the module in `conformance/<name>`. Ends this program if that fails. */
export function buildGoPeer(name: "dubbo-go" | "grpc-go"): Program {
  const folder = join(conformance, name);
  const binFolder = join(conformance, ".cache", name);
  mkdirSync(binFolder, { recursive: true });
  for (const tool of generators[name]) {
    const binary = join(binFolder, tool.slice(tool.lastIndexOf("/") + 1));
    run("go", ["build", "-o", binary, tool], folder);
  }
  run("buf", ["generate"], folder);
  const command = join(binFolder, "peer");
  run("go", ["build", "-o", command, "."], folder);
  return { command, args: [] };
}

const generators = {
  "dubbo-go": ["google.golang.org/protobuf/cmd/protoc-gen-go"],
  "grpc-go": [
    "google.golang.org/protobuf/cmd/protoc-gen-go",
    "google.golang.org/grpc/cmd/protoc-gen-go-grpc",
  ],
} as const;

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: "inherit" });
  if (status === 0) return;
  console.log(`interop: ${program} failed: ${error?.message ?? `it ended with ${status}`}`);
  process.exit(1);
}

/** A program of ours, in `conformance/interop`, run from source. */
export function thrice(role: "server" | "client"): Program {
  const file = join(import.meta.dirname, `thrice-${role}.ts`);
  return {
    command: process.execPath,
    args: ["--conditions=@thrice/source", "--import", import.meta.resolve("tsx"), file],
  };
}
