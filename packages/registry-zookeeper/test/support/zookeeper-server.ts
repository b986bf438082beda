/** A real ZooKeeper on the loopback interface, with a data folder of its own; from Debian's package zookeeper. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

/** Where the classes of ZooKeeper are: those of Debian, unless the environment says otherwise. */
const classPath = process.env.ZOOKEEPER_CLASSPATH ?? "/usr/share/java/zookeeper.jar";

/** How it is set up. */
export interface ZookeeperServerInit {
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
  /** Its unit of time, in milliseconds; sessions last from twice to twenty times this. @defaultValue 200 */
  readonly tickMs?: number;
  /** Further arguments of Java. */
  readonly java?: readonly string[];
}

export class ZookeeperServer {
  /** `127.0.0.1:port`. */
  readonly place: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #java: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, java: readonly string[]) {
    this.place = `127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
    this.#java = java;
  }

  /** Starts one on a free port. Rejects, saying how to get it, where ZooKeeper is not installed. */
  static async start(init: ZookeeperServerInit = {}): Promise<ZookeeperServer> {
    const { lines = [], tickMs = 200, java = [] } = init;
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), "thrice-zookeeper-"));
    const settings = [
      `dataDir=${join(folder, "data")}`,
      `clientPort=${port}`,
      "clientPortAddress=127.0.0.1",
      `tickTime=${tickMs}`,
      "maxClientCnxns=0",
      "admin.enableServer=false",
      "4lw.commands.whitelist=*",
      ...lines,
    ];
    await writeFile(join(folder, "zoo.cfg"), settings.join("\n"));
    const server = new ZookeeperServer(port, folder, java);
    await server.restart();
    return server;
  }

  /** Number of its process. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it again after `kill`, with what it knew. */
  async restart(): Promise<void> {
    const quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"];
    const disk = ["-Dzookeeper.forceSync=no", "-Dzookeeper.preAllocSize=512"];
    const main = "org.apache.zookeeper.server.ZooKeeperServerMain";
    const args = [...quick, ...disk, ...this.#java, "-cp", classPath, main];
    const child = spawn("java", [...args, join(this.#folder, "zoo.cfg")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    let said = "";
    let failure: Error | undefined;
    child.stderr?.setEncoding("utf8").on("data", (more: string) => {
      said = `${said}${more}`.slice(-2_000);
    });
    child.once("error", (cause) => {
      failure = new Error(howToGetIt, { cause });
    });
    child.once("exit", (code) => {
      const isMissing = said.includes("ClassNotFoundException");
      failure = new Error(isMissing ? howToGetIt : `ZooKeeper ended with ${code}: ${said}`);
    });
    while (!(await this.ask("srvr").catch(() => "")).includes("Mode:")) {
      if (failure !== undefined) throw failure;
      // It tells nobody when it is ready, and needs the processor to become so.
      await pause(20);
    }
  }

  /** Ends it without any warning, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Forgets what it knew; only while it does not run. */
  async forget(): Promise<void> {
    await rm(join(this.#folder, "data"), { recursive: true, force: true });
  }

  /** Answers one of its four-letter words, such as `dump` for sessions and their nodes. */
  async ask(word: string): Promise<string> {
    const socket = connect({ host: "127.0.0.1", port: this.#port });
    // One that is asked while it starts may never answer.
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer")));
    try {
      await once(socket, "connect");
      // Where nobody listens, TCP connects us to ourselves now and then.
      if (socket.localPort === this.#port) throw new Error("nobody listens");
      socket.write(word);
      return await text(socket);
    } finally {
      socket.destroy();
    }
  }

  /** Runs ZooKeeper's own client; resolves with what it prints of interest. */
  async control(...args: readonly string[]): Promise<string> {
    const main = "org.apache.zookeeper.ZooKeeperMain";
    const all = ["-XX:TieredStopAtLevel=1", "-cp", classPath, main, "-server", this.place, ...args];
    const { stdout } = await promisify(execFile)("java", all);
    const [, answer = stdout] = stdout.split(/^WatchedEvent.*$/m);
    return answer.trim();
  }

  /** Paths of the ephemeral nodes. */
  async ephemerals(): Promise<string[]> {
    const dump = await this.ask("dump");
    return [...dump.matchAll(/^\t(\/.*)$/gm)].map(([, path]) => path ?? "").sort();
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const howToGetIt =
  "ZooKeeper is not installed: apt-get install zookeeper, or put java into the PATH and the jars of ZooKeeper into ZOOKEEPER_CLASSPATH";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await promisify(server.close.bind(server))();
  return port;
}
