/**
 * A DNS server for tests, on UDP and a port of its own: it reads one question and answers from a table.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1035 section 4
 */
import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** The records of a name; addresses are IPv4, or IPv6 in full without zeros left out. */
export interface NameRecords {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly srv?: readonly SrvData[];
  /** In seconds. */
  readonly ttl?: number;
}

export class DnsServer {
  readonly #socket = createSocket("udp4");
  /** What is known, by name in lower case. */
  readonly records = new Map<string, NameRecords>();
  /** Names and types that were asked for, oldest first, as `name A`. */
  readonly questions: string[] = [];
  /** Whether it says that it has failed, or nothing at all; names of types fail alone. */
  fault: "servfail" | "silence" | "AAAA" | undefined;

  /** Listens on a free port of the loopback interface. Resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    this.#socket.on("message", (query, peer) => {
      const answer = this.#answer(query);
      if (answer !== undefined) this.#socket.send(answer, peer.port, peer.address);
    });
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(0, "127.0.0.1", () => {
        resolve(`127.0.0.1:${(this.#socket.address() as AddressInfo).port}`);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(query: Buffer): Buffer | undefined {
    const { name, end } = readName(query, 12);
    const type = types[query.readUInt16BE(end)];
    this.questions.push(`${name} ${type}`);
    if (this.fault === "silence") return undefined;
    const question = query.subarray(12, end + 4);
    if (this.fault === "servfail" || this.fault === type) return reply(query, question, 2, []);
    const found = this.records.get(name);
    if (found === undefined) return reply(query, question, 3, []);
    const { a = [], aaaa = [], srv = [], ttl = 0 } = found;
    const data = {
      A: () => a.map((address) => Buffer.from(address.split(".").map(Number))),
      AAAA: () => aaaa.map((address) => Buffer.from(address.replaceAll(":", ""), "hex")),
      SRV: () => srv.map(srvData),
    }[type ?? "A"]();
    return reply(
      query,
      question,
      0,
      data.map((bytes) => record(query.readUInt16BE(end), ttl, bytes)),
    );
  }
}

const types: Record<number, "A" | "AAAA" | "SRV"> = { 1: "A", 28: "AAAA", 33: "SRV" };

function readName(query: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

function writeName(name: string): Buffer {
  const labels = name.split(".").map((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([...labels.flat(), Buffer.of(0)]);
}

function srvData({ priority, weight, port, target }: SrvData): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(priority, 0);
  head.writeUInt16BE(weight, 2);
  head.writeUInt16BE(port, 4);
  return Buffer.concat([head, writeName(target)]);
}

/** The name is a pointer to the question's. */
function record(type: number, ttl: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function reply(query: Buffer, question: Buffer, code: number, records: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(query.readUInt16BE(0), 0);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question, ...records]);
}
