/**
 * One connection to one server: it says hello for a session, then carries requests, answers and events. Signs of life go out
 * three times in a session's timeout; a server that is silent for two of them is given up.
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { CancelTimer, RegistryClock, TcpAddress } from "@thrice/core";
import type { ClientTls } from "@thrice/protocol";
import { FrameSplitter } from "../wire/frame-splitter.js";
import {
  fixedXid,
  operation,
  readWelcome,
  type SessionTicket,
  type Welcome,
  writeHello,
} from "../wire/protocol.js";
import { RecordReader } from "../wire/record-reader.js";
import { RecordWriter } from "../wire/record-writer.js";
import { errorCode, reasonOf } from "../zookeeper-error.js";

/** Where to, for which session, and whom to tell. */
export interface ConnectionInit {
  readonly place: Pick<TcpAddress, "host" | "port">;
  readonly tls: ClientTls | undefined;
  readonly clock: RegistryClock;
  /** The session to go on with; undefined for a new one. */
  readonly ticket: SessionTicket | undefined;
  /** Timeout of the session that is asked for, in milliseconds. */
  readonly timeoutMs: number;
  /** Newest change that is known: a server that knows less turns the connection away. */
  readonly lastZxid: bigint;
  /** Bound of the time until the welcome, in milliseconds. */
  readonly openMs: number;
  onZxid(zxid: bigint): void;
  onEvent(type: number, path: string): void;
}

/** A request that waits for its answer. */
interface Pending {
  settle(code: number, reader: RecordReader): void;
  fail(cause: Error): void;
}

/** Why there was no welcome. */
export class OpenError extends Error {
  /** Whether there was a connection, and the server ended it without a word. */
  readonly wasTurnedAway: boolean;

  constructor(reason: string, wasTurnedAway: boolean) {
    super(reason);
    this.wasTurnedAway = wasTurnedAway;
  }
}

export class Connection {
  /** Resolves with what the server says of the session; rejects with an `OpenError`. */
  readonly opened: Promise<Welcome>;
  /** Resolves with the reason when it is over. */
  readonly ended: Promise<string>;
  readonly #init: ConnectionInit;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #opening = Promise.withResolvers<Welcome>();
  readonly #ending = Promise.withResolvers<string>();
  #stage: "opening" | "turned away" | "open" | "ended" = "opening";
  #lastXid = 0;
  #silentBeats = 0;
  #isCorked = false;
  #undoTimer: CancelTimer;

  constructor(init: ConnectionInit) {
    this.#init = init;
    this.opened = this.#opening.promise;
    this.ended = this.#ending.promise;
    const { place, tls, clock, openMs } = init;
    const { host, port } = place;
    const { secureContext, serverName = host } = tls ?? {};
    this.#socket =
      tls === undefined
        ? connectTcp({ host, port })
        : connectTls({
            host,
            port,
            secureContext,
            ...(isName(serverName) && { servername: serverName }),
          });
    this.#socket.setNoDelay(true);
    const splitter = new FrameSplitter((frame) => this.#take(new RecordReader(frame)));
    this.#socket
      .once(tls === undefined ? "connect" : "secureConnect", () => this.#hello())
      .on("data", (chunk: Buffer) => {
        try {
          splitter.push(chunk);
        } catch (cause) {
          this.end(`its answer cannot be read: ${reasonOf(cause)}`);
        }
      })
      .on("error", (cause: NodeJS.ErrnoException) => this.end(cause.message || `${cause.code}`))
      .once("close", () => this.end("the server ended the connection"));
    this.#undoTimer = clock.setTimer(openMs, () => this.end(`no welcome within ${openMs} ms`));
  }

  /**
   * Sends a request. `settle` gets the answer before anything that comes after it is looked at; what it returns or throws is the
   * result. Rejects, too, when the connection ends.
   */
  request<T>(
    type: number,
    write: (writer: RecordWriter) => void,
    settle: (code: number, reader: RecordReader) => T,
    xid: number = this.#nextXid(),
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#stage !== "open") throw new Error(`${this.#name} is not connected`);
      this.#pending.set(xid, {
        fail: reject,
        settle: (code, reader) => {
          try {
            resolve(settle(code, reader));
          } catch (cause) {
            reject(cause);
          }
        },
      });
      this.#send(xid, type, write);
    });
  }

  /** Ends it at once. Safe to call again. */
  end(reason: string): void {
    if (this.#stage === "ended") return;
    const wasTurnedAway = this.#stage === "turned away";
    this.#stage = "ended";
    this.#undoTimer();
    this.#socket.destroy();
    const text = `${this.#name}: ${reason}`;
    this.#opening.reject(new OpenError(text, wasTurnedAway));
    this.#opening.promise.catch(() => {});
    this.#ending.resolve(text);
    for (const { fail } of this.#pending.values()) fail(new Error(text));
    this.#pending.clear();
  }

  get #name(): string {
    const { host, port } = this.#init.place;
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  #hello(): void {
    const { ticket, timeoutMs, lastZxid } = this.#init;
    const { localAddress, localPort, remoteAddress, remotePort } = this.#socket;
    if (localPort === remotePort && localAddress === remoteAddress) {
      // Where nobody listens on a port that the system may pick, TCP connects us to ourselves now and then.
      this.end("nobody listens there");
      return;
    }
    // What ends the connection from now on, without a word, is the server's will.
    this.#stage = "turned away";
    this.#socket.write(writeHello(new RecordWriter(), ticket, timeoutMs, lastZxid).frame());
  }

  #take(reader: RecordReader): void {
    if (this.#stage === "ended") return;
    this.#silentBeats = 0;
    if (this.#stage !== "open") {
      this.#open(readWelcome(reader));
      return;
    }
    const xid = reader.int();
    const zxid = reader.long();
    const code = reader.int();
    if (zxid > 0n) this.#init.onZxid(zxid);
    if (xid === fixedXid.ping) return;
    if (xid === fixedXid.event) {
      const type = reader.int();
      reader.int();
      this.#init.onEvent(type, reader.text());
      return;
    }
    const pending = this.#pending.get(xid);
    if (pending === undefined) throw new RangeError(`an answer to nothing, number ${xid}`);
    this.#pending.delete(xid);
    pending.settle(code, reader);
    if (code === errorCode.sessionMoved) this.end("the session has moved to another server");
    if (code === errorCode.sessionExpired) this.end("the session has expired");
  }

  #open(welcome: Welcome): void {
    this.#stage = "open";
    this.#undoTimer();
    const beatMs = Math.max(1, Math.floor(welcome.timeoutMs / 3));
    const beat = () => {
      if (this.#silentBeats++ === 2) {
        this.end(`the server was silent for ${2 * beatMs} ms`);
        return;
      }
      this.#send(fixedXid.ping, operation.ping, () => {});
      this.#undoTimer = this.#init.clock.setTimer(beatMs, beat);
    };
    this.#undoTimer = this.#init.clock.setTimer(beatMs, beat);
    this.#opening.resolve(welcome);
  }

  #nextXid(): number {
    this.#lastXid = this.#lastXid === 0x7fffffff ? 1 : this.#lastXid + 1;
    return this.#lastXid;
  }

  /** Many requests of one turn are one write. */
  #send(xid: number, type: number, write: (writer: RecordWriter) => void): void {
    const writer = new RecordWriter().int(xid).int(type);
    write(writer);
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(writer.frame());
  }
}

/** A name that TLS can ask for: an IP address is none. */
function isName(host: string): boolean {
  return !/^[\d.]+$|:/.test(host);
}
