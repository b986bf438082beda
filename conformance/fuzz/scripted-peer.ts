/** A server whose side of each connection is made up or replayed, with bytes changed, and ends soon. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { chunksOf, mutate } from "../../packages/http2/fuzz/mutate.js";
import { Random } from "../../packages/http2/fuzz/random.js";
import { preface, settings, settingsAck } from "../support/frames.js";
import { anyAnswer } from "./answers.js";
import type { Recording } from "./recordings.js";

const quietMs = 10;
const replayShare = 0.2;

export interface ScriptedPeer {
  readonly port: number;
  /** What the connections of the next episode are made from. */
  random: Random;
  close(): Promise<void>;
}

export async function openScriptedPeer(recordings: readonly Recording[]): Promise<ScriptedPeer> {
  const ours = recordings.filter(({ isOurs }) => isOurs);
  const server = createServer((socket) => {
    const random = new Random(peer.random.below(0x7fff_ffff));
    if (random.next() < replayShare) replay(socket, random, random.pick(ours).fromServer);
    else new AnsweringConnection(socket, random);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer: ScriptedPeer = {
    port: (server.address() as AddressInfo).port,
    random: new Random(0),
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
  return peer;
}

/** Says what a server once said, a piece for each that comes. */
function replay(socket: Socket, random: Random, recorded: Buffer): void {
  const pieces = [...chunksOf(random, mutate(random, recorded, random.pick([0, 0.001, 0.01])))];
  const end = endWhenQuiet(socket, random);
  const saySome = () => {
    end();
    for (const piece of pieces.splice(0, 1 + random.below(pieces.length + 1))) socket.write(piece);
  };
  socket.on("data", saySome);
}

/** Answers each request once it has begun, without reading it further. */
class AnsweringConnection {
  readonly #socket: Socket;
  readonly #random: Random;
  readonly #rate: number;
  readonly #end: () => void;
  readonly #answered = new Set<number>();
  #unread: Buffer = Buffer.alloc(0);
  #toSkip = preface.length;

  constructor(socket: Socket, random: Random) {
    this.#socket = socket;
    this.#random = random;
    this.#rate = random.pick([0, 0, 0, 0.000_5, 0.005]);
    this.#end = endWhenQuiet(socket, random);
    this.#say(Buffer.concat([settings, settingsAck]));
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
  }

  #read(bytes: Buffer): void {
    this.#end();
    this.#unread = Buffer.concat([this.#unread, bytes]);
    const skipped = Math.min(this.#toSkip, this.#unread.length);
    this.#toSkip -= skipped;
    this.#unread = this.#unread.subarray(skipped);
    while (this.#unread.length >= 9) {
      const end = 9 + this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < end) return;
      const type = this.#unread.readUInt8(3);
      const id = this.#unread.readUInt32BE(5);
      this.#unread = this.#unread.subarray(end);
      if (type === 1 && !this.#answered.has(id)) this.#answer(id);
    }
  }

  #answer(id: number): void {
    this.#answered.add(id);
    if (this.#random.next() < 0.03) return; // left without an answer until the connection ends
    this.#say(anyAnswer(this.#random, id));
  }

  #say(bytes: Buffer): void {
    for (const chunk of chunksOf(this.#random, mutate(this.#random, bytes, this.#rate))) {
      this.#socket.write(chunk);
    }
  }
}

/** Ends the connection when nothing has come for a while. Answers with what to call when something comes. */
function endWhenQuiet(socket: Socket, random: Random): () => void {
  const choice = random.next();
  const leave = () => {
    if (choice < 0.4) socket.end();
    else if (choice < 0.7) socket.destroy();
    else socket.resetAndDestroy();
  };
  const timer = setTimeout(leave, quietMs);
  const givenUp = setTimeout(() => socket.destroy(), 20 * quietMs);
  socket.on("error", () => undefined);
  socket.on("end", () => socket.destroy());
  socket.once("close", () => {
    clearTimeout(timer);
    clearTimeout(givenUp);
  });
  return () => timer.refresh();
}
