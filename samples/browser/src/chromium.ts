/** Opens pages in a Chromium without a window, and asks them what they say. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/** What to do where there is none. */
export const howToGetIt =
  "there is no Chromium here: apt-get install chromium, or name a Chrome in the variable CHROMIUM";

/** The program: what `CHROMIUM` names, or one of the usual names; undefined if there is none. */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM] : names;
  return candidates.find((name) => spawnSync(name, ["--version"]).status === 0);
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Speaks the DevTools protocol over two pipes: JSON, each ended by a zero byte. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #events = new Map<string, () => void>();
  #count = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    let rest = "";
    (child.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop() ?? "";
      for (const message of messages) this.#take(JSON.parse(message) as Reply);
    });
    child.once("close", () => {
      for (const reply of this.#replies.values()) reply({ error: { message: "Chromium ended" } });
    });
  }

  /**
   * Starts it, with `more` arguments.
   *
   * @throws Error, as a rejection, saying how to get it, where Chromium is not installed.
   */
  static async start(more: readonly string[] = []): Promise<Chromium> {
    const program = findChromium();
    if (program === undefined) throw new Error(howToGetIt);
    const folder = await mkdtemp(join(tmpdir(), "thrice-chromium-"));
    // Chromium's own sandbox does not work for root, as in containers; the page is our own.
    const isRoot = process.getuid?.() === 0;
    const args = [
      ...["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${folder}`],
      ...["--no-first-run", "--disable-gpu", "--disable-dev-shm-usage"],
      ...(isRoot ? ["--no-sandbox"] : []),
      ...more,
    ];
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;
    return new Chromium(spawn(program, args, { stdio: [...stdio] }), folder);
  }

  /** Opens `url`, and resolves with what `expression` comes to there. */
  async ask(url: string, expression: string): Promise<unknown> {
    const { targetId } = await this.#send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#send("Target.attachToTarget", { targetId, flatten: true });
    const session = sessionId as string;
    await this.#send("Page.enable", {}, session);
    const loaded = new Promise<void>((resolve) => this.#events.set("Page.loadEventFired", resolve));
    await this.#send("Page.navigate", { url }, session);
    await loaded;
    const wanted = { expression, awaitPromise: true, returnByValue: true };
    const { result } = await this.#send("Runtime.evaluate", wanted, session);
    return (result as { value?: unknown }).value;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await gone;
    }
    // Its helpers may write for a moment yet.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #send(
    method: string,
    params: Record<string, unknown>,
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const replied = new Promise<Reply>((resolve) => this.#replies.set(id, resolve));
    const message = JSON.stringify({ id, method, params, sessionId });
    (this.#child.stdio[3] as Writable).write(`${message}\0`);
    const { result = {}, error } = await replied;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  #take(reply: Reply): void {
    if (reply.id !== undefined) {
      this.#replies.get(reply.id)?.(reply);
      this.#replies.delete(reply.id);
    } else if (reply.method !== undefined) {
      this.#events.get(reply.method)?.();
    }
  }
}
