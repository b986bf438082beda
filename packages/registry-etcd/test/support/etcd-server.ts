/** A real etcd on the loopback interface, with a data folder of its own; from Debian's packages etcd-server and etcd-client. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Further arguments of etcd. */
export interface EtcdServerInit {
  readonly args?: readonly string[];
  /** How clients come in. @defaultValue "http" */
  readonly scheme?: "http" | "https";
}

export class EtcdServer {
  readonly url: string;
  readonly #args: readonly string[];
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(url: string, args: readonly string[], folder: string) {
    this.url = url;
    this.#args = args;
    this.#folder = folder;
  }

  /** Starts one on free ports. Rejects, saying how to get it, where etcd is not installed. */
  static async start({ args = [], scheme = "http" }: EtcdServerInit = {}): Promise<EtcdServer> {
    const [client, peer] = await freePorts(2);
    const folder = await mkdtemp(join(tmpdir(), "thrice-etcd-"));
    const url = `${scheme}://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const places = [
      ["listen-client-urls", url],
      ["advertise-client-urls", url],
      ["listen-peer-urls", peerUrl],
      ["initial-advertise-peer-urls", peerUrl],
      ["initial-cluster", `one=${peerUrl}`],
    ].flatMap(([name, value]) => [`--${name}`, value as string]);
    const server = new EtcdServer(url, ["--name", "one", ...places, ...args], folder);
    await server.restart();
    return server;
  }

  /** Starts it again after `kill`, with what it knew. */
  async restart(): Promise<void> {
    const data = join(this.#folder, "data");
    const args = [...this.#args, "--data-dir", data, "--logger", "zap"];
    const child = spawn("etcd", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once("error", (cause) => reject(new Error(howToGetIt, { cause })));
      child.once("exit", (code) => reject(new Error(`etcd ended with ${code}: ${said}`)));
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (
          /ready to serve client requests|serving client traffic|serving insecure client/.test(said)
        )
          resolve();
      });
    });
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

  /** Runs etcdctl; resolves with what it prints. */
  async control(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ETCDCTL_API: "3" };
    const all = [`--endpoints=${this.url}`, ...args];
    const { stdout } = await promisify(execFile)("etcdctl", all, { env });
    return stdout.trim();
  }

  /** Names of the keys that begin with `prefix`. */
  async keys(prefix: string): Promise<string[]> {
    const text = await this.control("get", "--prefix", "--keys-only", prefix);
    return text.split("\n").filter((line) => line !== "");
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const howToGetIt =
  "etcd is not installed: apt-get install etcd-server etcd-client, or put etcd and etcdctl of the same name into the PATH";

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}
