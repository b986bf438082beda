/**
 * The requests that a registry makes of ZooKeeper, and what answers say.
 *
 * @see https://github.com/apache/zookeeper/blob/release-3.8.0/zookeeper-jute/src/main/resources/zookeeper.jute
 */
import type { RecordReader } from "./record-reader.js";
import type { RecordWriter } from "./record-writer.js";

/** Numbers of the operations. @see org.apache.zookeeper.ZooDefs.OpCode */
export const operation = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getChildren: 8,
  ping: 11,
  auth: 100,
  setWatches: 101,
  closeSession: -11,
} as const;

/** Numbers of requests, and of what comes unasked, that are the same on every connection. */
export const fixedXid = { event: -1, ping: -2, auth: -4, setWatches: -8 } as const;

/** What has happened to a node that was watched. @see org.apache.zookeeper.Watcher.Event.EventType */
export const eventType = { created: 1, deleted: 2, dataChanged: 3, childrenChanged: 4 } as const;

/** What somebody may do with a node. */
export interface Permission {
  readonly scheme: string;
  readonly id: string;
  /** Sum of read 1, write 2, create 4, delete 8, admin 16. */
  readonly bits: number;
}

/** A session, as the servers know it. */
export interface SessionTicket {
  readonly id: bigint;
  readonly password: Buffer;
}

/** What the first answer on a connection says. */
export interface Welcome extends SessionTicket {
  /** What was agreed on, in milliseconds; 0 if the session that was asked for is over. */
  readonly timeoutMs: number;
}

/** Where all watches are that have to be set again. */
export interface WatchedPaths {
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
}

/** What is known of a node apart from its value. */
export interface NodeState {
  readonly version: number;
  /** The session that it lives with; 0 if it lasts. */
  readonly owner: bigint;
}

export function writeHello(
  writer: RecordWriter,
  ticket: SessionTicket | undefined,
  timeoutMs: number,
  lastZxid: bigint,
): RecordWriter {
  return writer
    .int(0)
    .long(lastZxid)
    .int(timeoutMs)
    .long(ticket?.id ?? 0n)
    .bytes(ticket?.password ?? Buffer.alloc(16))
    .flag(false);
}

export function readWelcome(reader: RecordReader): Welcome {
  reader.int();
  return { timeoutMs: Math.max(0, reader.int()), id: reader.long(), password: reader.bytes() };
}

export function writeCreate(
  writer: RecordWriter,
  path: string,
  value: string,
  acl: readonly Permission[],
  isEphemeral: boolean,
): void {
  writer
    .text(path)
    .text(value)
    .list(acl, ({ bits, scheme, id }) => writer.int(bits).text(scheme).text(id))
    .int(isEphemeral ? 1 : 0);
}

export function writeAuth(writer: RecordWriter, scheme: string, secret: string): void {
  writer.int(0).text(scheme).text(secret);
}

export function writeSetWatches(writer: RecordWriter, since: bigint, paths: WatchedPaths): void {
  const text = (path: string) => writer.text(path);
  writer.long(since).list(paths.data, text).list(paths.exist, text).list(paths.child, text);
}

export function readNodeState(reader: RecordReader): NodeState {
  for (let times = 0; times < 4; times++) reader.long();
  const version = reader.int();
  reader.int();
  reader.int();
  return { version, owner: reader.long() };
}
