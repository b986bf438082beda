/** The sample as its README has it: etcd, two servers, a client, and one server that is killed and one that is stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { EtcdServer } from "../../../packages/registry-etcd/test/support/etcd-server.js";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A program of the sample, and what it has printed. */
class Program {
  log = "";
  readonly #child: ChildProcess;
  readonly #looking = new Set<() => void>();

  constructor(role: string, ...args: readonly string[]) {
    const options = ["--conditions=@thrice/source", "--import", "tsx"];
    const file = join(__dirname, `${role}.ts`);
    this.#child = spawn(process.execPath, [...options, file, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
      for (const look of this.#looking) look();
    });
    open.push(() => this.end("SIGKILL"));
  }

  /** What stands in the brackets of the pattern, once it has been printed. */
  printed(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(this.log.slice(from));
        if (found === null) return;
        this.#looking.delete(look);
        resolve(found[1] ?? "");
      };
      this.#looking.add(look);
      look();
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    await gone;
  }
}

/** Six programs start one after the other; a busy machine takes its time for each. */
const timeoutMs = 120_000;

test(
  "servers are found while they come, are killed, and stop, and no call fails",
  async () => {
    const etcd = await EtcdServer.start();
    open.push(() => etcd.close());
    const start = async () => {
      const server = new Program("server", "0", etcd.url);
      return { server, port: await server.printed(/serves on port \[(\d+)\]/) };
    };
    const first = await start();
    const client = new Program("client", "1000", etcd.url);
    await client.printed(new RegExp(`from (${first.port})`));
    const second = await start();
    await client.printed(new RegExp(`from (${second.port})`));
    await first.server.end("SIGKILL");
    await client.printed(new RegExp(`from (${second.port})`), client.log.length);
    const third = await start();
    await client.printed(new RegExp(`from (${third.port})`));
    await second.server.end("SIGTERM");
    // The answer to a call that was under way when it stopped may still be on its way through the pipe.
    await client.printed(/from \d+/, client.log.length);
    const stoppedAt = client.log.length;
    await client.printed(/(?:[\s\S]*?from \d+){5}/, stoppedAt);
    expect(client.log.slice(stoppedAt)).not.toContain(`from ${second.port}`);
    expect(client.log).not.toContain("ERROR");
    const [key = "", ...others] = (await etcd.keys("/dubbo/")).filter((one) =>
      one.includes(third.port),
    );
    expect([decodeURIComponent(key), others]).toEqual([
      expect.stringContaining("tri://127.0.0.1:"),
      [],
    ]);
  },
  timeoutMs,
);
