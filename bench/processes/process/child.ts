import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Question, Reply } from "./answer-commands.js";
import type { Commands } from "./commands.js";

const maxStderrChars = 2_000;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly fail: (text: string) => void;
}

/** A process of a server or a client, as the main process sees it. */
export class Child<All extends Commands> {
  readonly #role: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #stderr = "";

  /** `module` is a path relative to this file. */
  constructor(role: string, module: string) {
    this.#role = role;
    this.#process = fork(fileURLToPath(new URL(module, import.meta.url)), {
      execArgv: ["--expose-gc", "--no-warnings"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderrChars);
    });
    this.#process.on("message", (reply: Reply) => this.#settle(reply));
    this.#process.on("exit", (code, signal) => this.#failAll(`ended with ${code ?? signal}`));
    this.#process.on("error", (error) => this.#failAll(error.message));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Asks a question; several may be open. Rejects if it fails, if the process ends, or if no answer comes in time. */
  ask<Name extends keyof All & string>(
    name: Name,
    given: All[Name][0],
    timeoutMs = 20_000,
  ): Promise<All[Name][1]> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const fail = (text: string) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        const said = this.#stderr === "" ? "" : `; it wrote: ${this.#stderr.trim()}`;
        reject(new Error(`${this.#role}, asked to ${name}: ${text}${said}`));
      };
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      const settled = (value: All[Name][1]) => {
        clearTimeout(timer);
        resolve(value);
      };
      this.#waiting.set(id, { resolve: settled, fail });
      this.#process.send({ id, name, given } satisfies Question, (error) => {
        if (error !== null) fail(error.message);
      });
    });
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    this.#process.kill(name);
  }

  /** Resolves when the process is gone by itself. */
  async gone(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) await once(this.#process, "exit");
  }

  /** Kills the process, stopped or not, and resolves when it is gone. */
  async end(): Promise<void> {
    this.signal("SIGKILL");
    await this.gone();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value as never);
    else waiting?.fail(reply.error);
  }

  #failAll(text: string): void {
    for (const { fail } of [...this.#waiting.values()]) fail(`its process ${text}`);
  }
}
