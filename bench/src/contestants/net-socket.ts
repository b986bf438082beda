import { createServer } from "node:net";
import type { Connect, Serve } from "../contestant.js";
import { listen } from "./listen.js";

/** Reads what comes and throws it away: the least that an open connection can take of a server's memory. */
export const serve: Serve = (_tls) =>
  listen(
    createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.on("data", () => {});
    }),
  );

export const connect: Connect = () => Promise.reject(new Error("net.Socket makes no calls"));
