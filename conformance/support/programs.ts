/** Runs programs that others wrote, as they are installed. */
import { spawn } from "node:child_process";
import { join } from "node:path";

/** By the name under which a test asks for them: what is run, and how to get it. */
const programs = {
  curl: { command: "curl", remedy: "apt-get install curl" },
  nghttp: { command: "nghttp", remedy: "apt-get install nghttp2-client" },
  h2load: { command: "h2load", remedy: "apt-get install nghttp2-client" },
  nghttpd: { command: "nghttpd", remedy: "apt-get install nghttp2-server" },
  buf: {
    command: join(import.meta.dirname, "../../node_modules/.bin/buf"),
    remedy: "pnpm install",
  },
} as const;

export type ProgramName = keyof typeof programs;

/** What a program left. */
export interface Finished {
  /** Exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Given to its standard input, which then ends. */
  readonly input?: Uint8Array | string;
}

/** A program that runs until it is stopped. */
export interface Running {
  readonly finished: Promise<Finished>;
  /** Ends it, and waits for that. */
  close(): Promise<void>;
}

/**
 * Runs a program to its end; after 60 seconds it is killed.
 *
 * @throws Error, as a rejection, if it is not installed, saying how to get it.
 */
export function run(
  name: ProgramName,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return start(name, args, options).finished;
}

/** Starts a program. Rejects `finished` as `run` does. */
export function start(
  name: ProgramName,
  args: readonly string[],
  { input = "" }: RunOptions = {},
): Running {
  const { command, remedy } = programs[name];
  const child = spawn(command, args, { timeout: patienceMs, killSignal: "SIGKILL" });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
  child.stdin.on("error", () => undefined); // a program need not read all
  child.stdin.end(input);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(`${name} is not installed: ${remedy}`) : error),
    );
    child.once("close", (code, signal) =>
      resolve({
        exit: code ?? signal ?? "",
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
  const close = async () => {
    child.kill();
    await finished.catch(() => undefined);
  };
  return { finished, close };
}

const patienceMs = 60_000;
