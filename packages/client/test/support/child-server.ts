/** A server in a process of its own, which a test can kill or stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface ChildServer {
  readonly url: string;
  readonly port: number;
  /** Kills it without any warning, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop with SIGTERM, and resolves with its exit code, or with the name of the signal that ended it. */
  stop(): Promise<number | string>;
}

/** Starts `serve-child.ts`, or another program that takes a port and prints the one that it has. */
export async function spawnServer(port = 0, name = "serve-child.ts"): Promise<ChildServer> {
  const program = join(__dirname, name);
  const options = ["--conditions=@thrice/source", "--import", "tsx", program, `${port}`];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return {
    url: `tri://127.0.0.1:${line}`,
    port: Number(line),
    kill: () => kill(child),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<number | string> {
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await gone;
  return code ?? signal;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
