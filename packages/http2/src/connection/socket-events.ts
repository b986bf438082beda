/**
 * Takes the events of sockets to their links. All sockets share these functions, and there is one for each event: a closure
 * costs each connection 56 bytes or more, a second listener of an event 104.
 */
import type { Duplex } from "node:stream";
import type { SocketLink } from "./socket-link.js";

/** Where a socket keeps its link. */
const linkKey = Symbol("thrice.http2.link");

interface Linked extends Duplex {
  [linkKey]?: SocketLink;
}

/** Tells `link` of the socket's failure and close. */
export function watchEnd(socket: Duplex, link: SocketLink): void {
  (socket as Linked)[linkKey] = link;
  socket.on("error", onError);
  socket.on("close", onClose);
}

/** Tells the link of a socket for which {@link watchEnd} was called what the socket reads, and that it can write again. */
export function watchBytes(socket: Duplex): void {
  socket.on("data", onData);
  socket.on("drain", onDrain);
  socket.on("end", onEnd);
}

function onData(this: Linked, chunk: Buffer): void {
  this[linkKey]?.receive(chunk);
}

function onDrain(this: Linked): void {
  this[linkKey]?.receiveDrain();
}

function onError(this: Linked, error: Error): void {
  this[linkKey]?.receiveEnd(error);
}

function onEnd(this: Linked): void {
  this[linkKey]?.receiveEnd(undefined);
}

function onClose(this: Linked): void {
  this[linkKey]?.receiveClose();
}
