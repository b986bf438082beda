import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answers, Command, Reply } from "./commands.js";

const worker = fileURLToPath(new URL("./worker.js", import.meta.url));
const maxStderrChars = 2_000;

/** A process of a server or a client, as the main process sees it. */
export class WorkerProcess {
  readonly #role: string;
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(role: string) {
    this.#role = role;
    this.#child = fork(worker, {
      execArgv: ["--expose-gc", "--no-warnings"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderrChars);
    });
  }

  /** Rejects if the command fails, and if the process ends or does not answer in time. */
  ask<Name extends Command["do"]>(
    command: Command & { readonly do: Name },
    timeoutMs: number,
  ): Promise<Answers[Name]> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#child.off("message", onMessage).off("exit", onExit);
        act();
      };
      const fail = (text: string) =>
        settle(() => reject(new Error(`${this.#role}: ${text}${this.#said()}`)));
      const onMessage = (message: unknown) => {
        const reply = message as Reply;
        if (reply.ok) settle(() => resolve(reply.value as Answers[Name]));
        else fail(reply.error);
      };
      const onExit = (code: number | null, signal: string | null) =>
        fail(`its process ended with ${code ?? signal}`);
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      this.#child.on("message", onMessage).on("exit", onExit);
      this.#child.send(command, (error) => {
        if (error !== null) fail(error.message);
      });
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Resolves when the process is gone. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.kill();
    await gone;
  }

  #said(): string {
    return this.#stderr === "" ? "" : `; it wrote: ${this.#stderr.trim()}`;
  }
}
