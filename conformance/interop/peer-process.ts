/** Peers as processes of their own: a server, or a client that makes the calls it is asked for. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Call, Outcome, ServerEvent } from "./control.js";

/** A program, and the arguments before its options. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** A server that runs. */
export interface ServerProcess {
  readonly port: number;
  /** Waits for the next event of this name that nobody has waited for yet. */
  next(event: ServerEvent["event"]): Promise<ServerEvent>;
  /** Asks it to stop gracefully. It tells when it has. */
  stop(): void;
  close(): Promise<void>;
}

/** A client that runs. */
export interface ClientProcess {
  call(call: Call): Promise<Outcome>;
  /** A call that can be given up. */
  begin(call: Call): { readonly outcome: Promise<Outcome>; cancel(): void };
  close(): Promise<void>;
}

/** Starts a server, and waits until it listens. */
export async function startServer(program: Program, options: object): Promise<ServerProcess> {
  const peer = startPeer(program, { role: "server", ...options });
  const told: ServerEvent[] = [];
  const waiters: { event: string; resolve: (event: ServerEvent) => void }[] = [];
  peer.onMessage((message) => {
    const event = message as ServerEvent;
    const at = waiters.findIndex((waiter) => waiter.event === event.event);
    if (at < 0) told.push(event);
    else waiters.splice(at, 1)[0]?.resolve(event);
  });
  const next = (event: ServerEvent["event"]) => {
    const at = told.findIndex((each) => each.event === event);
    const [known] = at < 0 ? [] : told.splice(at, 1);
    if (known !== undefined) return Promise.resolve(known);
    return peer.orEnd(new Promise<ServerEvent>((resolve) => waiters.push({ event, resolve })));
  };
  const { port = 0 } = await next("listening");
  return { port, next, stop: () => peer.send("stop"), close: peer.close };
}

/** Starts a client. It connects when it is first asked for a call, or before, as it likes. */
export function startClient(program: Program, options: object): ClientProcess {
  const peer = startPeer(program, { role: "client", ...options });
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let lastId = 0;
  peer.onMessage((message) => {
    const outcome = message as Outcome;
    waiting.get(outcome.id)?.(outcome);
    waiting.delete(outcome.id);
  });
  const begin = (call: Call) => {
    const id = ++lastId;
    const outcome = peer.orEnd(new Promise<Outcome>((resolve) => waiting.set(id, resolve)));
    peer.send(JSON.stringify({ retries: -1, header: {}, ...call, id }));
    return { outcome, cancel: () => peer.send(JSON.stringify({ id, cancels: true })) };
  };
  return { begin, call: (call) => begin(call).outcome, close: peer.close };
}

function startPeer({ command, args }: Program, options: object) {
  const child: ChildProcess = spawn(command, [...args, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const [stdin, stdout, stderr, control] = child.stdio as unknown as Pipes;
  const said: string[] = [];
  for (const stream of [stdout, stderr]) {
    stream.on("data", (text) => said.push(String(text)));
    if (process.env.INTEROP_LOG !== undefined) stream.pipe(process.stderr);
  }
  stdin.on("error", () => undefined); // its end is told by "close"
  const closed = once(child, "close");
  const ended = closed.then(([code, signal]) => {
    throw new Error(`${command} ended with ${code ?? signal}:\n${said.join("").slice(-2_000)}`);
  });
  ended.catch(() => undefined);
  return {
    onMessage: (take: (message: unknown) => void) => {
      createInterface({ input: control }).on("line", (line) => take(JSON.parse(line)));
    },
    send: (line: string) => void stdin.write(`${line}\n`),
    /** Rejects if the peer ends first. */
    orEnd: <T>(promise: Promise<T>): Promise<T> => Promise.race([promise, ended]),
    close: async () => {
      stdin.end();
      child.kill("SIGKILL");
      await closed;
    },
  };
}

type Pipes = readonly [Writable, Readable, Readable, Readable];
