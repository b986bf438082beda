/** Engines of discovery that are installed on this machine, started on the loopback interface with a data folder of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const engineNames = ["etcd", "zookeeper"] as const;
export type EngineName = (typeof engineNames)[number];

/** Longest time that an engine may take to start, in milliseconds. */
const startMs = 30_000;

/** One that runs. */
export interface Engine {
  readonly pid: number;
  /** What registries call it: `host:port`. */
  readonly members: string;
  /** Ends it at once; safe to call again. */
  kill(): void;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** What to do where it is missing. */
  readonly howToGetIt: string;
}

/** @throws Error saying how to get it, where it is not installed. */
export async function startEngine(name: EngineName, tickMs: number): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), `thrice-bench-${name}-`));
  const [port = 0, other = 0] = await freePorts(2);
  const { command, args, howToGetIt } = await programs[name]({ folder, port, other, tickMs });
  const child = spawn(command, args, { stdio: "ignore" });
  let failure: Error | undefined;
  child.once("error", (cause) => {
    failure = new Error(howToGetIt, { cause });
  });
  child.once("exit", (code) => {
    failure ??= new Error(`${name} ended with ${code}; if it is not installed: ${howToGetIt}`);
  });
  for (const endMs = performance.now() + startMs; !(await listens(port)); await sleep(50)) {
    if (failure === undefined && performance.now() < endMs) continue;
    await end(child, folder);
    throw failure ?? new Error(`${name} did not start within ${startMs} ms`);
  }
  return {
    pid: child.pid ?? 0,
    members: `127.0.0.1:${port}`,
    kill: () => child.kill("SIGKILL"),
    close: () => end(child, folder),
  };
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}

const programs: Record<
  EngineName,
  (place: {
    readonly folder: string;
    readonly port: number;
    readonly other: number;
    /** Unit of time of ZooKeeper, in milliseconds. */
    readonly tickMs: number;
  }) => Promise<Program>
> = {
  etcd: async ({ folder, port, other }) => {
    const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${other}`];
    const places = {
      name: "one",
      "data-dir": folder,
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `one=${peer}`,
    };
    const args = Object.entries(places).flatMap(([option, value]) => [`--${option}`, value]);
    return { command: "etcd", args, howToGetIt: "apt-get install etcd-server" };
  },
  zookeeper: async ({ folder, port, tickMs }) => {
    const settings = [
      `dataDir=${join(folder, "data")}`,
      `clientPort=${port}`,
      "clientPortAddress=127.0.0.1",
      `tickTime=${tickMs}`,
      "maxClientCnxns=0",
      "admin.enableServer=false",
    ];
    const file = join(folder, "zoo.cfg");
    await writeFile(file, settings.join("\n"));
    const classPath = process.env.ZOOKEEPER_CLASSPATH ?? "/usr/share/java/zookeeper.jar";
    const main = "org.apache.zookeeper.server.ZooKeeperServerMain";
    const howToGetIt = "apt-get install zookeeper, or set ZOOKEEPER_CLASSPATH";
    return { command: "java", args: ["-Xmx1g", "-cp", classPath, main, file], howToGetIt };
  },
};

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    // Where nobody listens, TCP connects us to ourselves now and then.
    return socket.localPort !== port;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) server.close();
  return ports;
}
