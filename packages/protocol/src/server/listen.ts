/** Opens the place where a server listens. */
import { lstat, unlink } from "node:fs/promises";
import { type AddressInfo, connect, type Server } from "node:net";
import { dirname } from "node:path";
import { listenError } from "./listen-error.js";

/** Where to listen. */
export type ListenOptions = TcpListenOptions | UnixListenOptions;

/** A port. */
export interface TcpListenOptions {
  /** Undefined listens on all interfaces. */
  readonly host: string | undefined;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** A Unix domain socket. */
export interface UnixListenOptions {
  readonly path: string;
}

/**
 * Listens, and resolves with the port, or with undefined on a socket of a path.
 *
 * A socket that a server which crashed has left behind is replaced: it is there, and nobody answers on it. It never
 * replaces another kind of file.
 *
 * @throws Error, as a rejection, whose message names place and cause.
 */
export async function listen(server: Server, where: ListenOptions): Promise<number | undefined> {
  try {
    if (!("path" in where)) {
      const { host, port } = where;
      await open(server, { port, ...(host !== undefined && { host }) });
      return (server.address() as AddressInfo).port;
    }
    await open(server, where).catch(async (cause: NodeJS.ErrnoException) => {
      await makeWay(where.path, cause);
      await open(server, where);
    });
    return undefined;
  } catch (cause) {
    throw listenError(where, cause as NodeJS.ErrnoException);
  }
}

function open(server: Server, where: { path: string } | { port: number; host?: string }) {
  return new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Removes a socket on which nobody answers; throws if something else is in the way. */
async function makeWay(path: string, cause: NodeJS.ErrnoException): Promise<void> {
  // The system says EACCES of a folder that is not there.
  if (cause.code === "EACCES") await lstat(dirname(path));
  if (cause.code !== "EADDRINUSE") throw cause;
  const file = await lstat(path);
  if (!file.isSocket()) throw Object.assign(new Error("not a socket"), { code: "ENOTSOCK" });
  if (await isAnswered(path)) throw cause;
  await unlink(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => settle(true));
    // Full or forbidden, it is somebody's; only a refusal proves that it is nobody's.
    socket.once("error", ({ code }: NodeJS.ErrnoException) => settle(code !== "ECONNREFUSED"));
  });
}
