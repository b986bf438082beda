import type { Connect, Feature, Serve } from "./contestant.js";

/** A line of the table: which module serves, which one calls. */
export interface Entry {
  readonly name: string;
  readonly features: readonly Feature[];
  /** Loads the module of the server; only the process that serves does. */
  readonly server: () => Promise<{ readonly serve: Serve }>;
  /** Loads the module of the client; only the process that calls does. */
  readonly client: () => Promise<{ readonly connect: Connect }>;
}

const kinds: readonly Feature[] = ["unary", "download", "upload", "ping-pong"];
const all: readonly Feature[] = [...kinds, "tls", "idle", "limits"];

const floor = () => import("./contestants/floor/contestant.js");
const nodeHttp2 = () => import("./contestants/node-http2.js");
const netSocket = () => import("./contestants/net-socket.js");
const grpcJs = () => import("./contestants/grpc-js.js");
const connectGrpc = () => import("./contestants/connect-node-grpc.js");
const connectConnect = () => import("./contestants/connect-node-connect.js");
const thrice = () => import("./contestants/thrice.js");

/** Everyone who takes part, baselines first. */
export const contestants: readonly Entry[] = [
  { name: "floor", features: [...kinds, "tls"], server: floor, client: floor },
  { name: "net.Socket", features: ["idle"], server: netSocket, client: netSocket },
  { name: "node:http2", features: [...kinds, "tls", "idle"], server: nodeHttp2, client: nodeHttp2 },
  { name: "grpc-js", features: all, server: grpcJs, client: grpcJs },
  { name: "connect-node gRPC", features: all, server: connectGrpc, client: connectGrpc },
  {
    name: "connect-node Connect",
    features: [...kinds, "tls", "limits"],
    server: connectConnect,
    client: connectConnect,
  },
  { name: "thrice", features: all, server: thrice, client: thrice },
  { name: "grpc-js → thrice", features: kinds, server: thrice, client: grpcJs },
  { name: "thrice → grpc-js", features: kinds, server: grpcJs, client: thrice },
];

/** @throws Error if there is no contestant of that name. */
export function contestantNamed(name: string): Entry {
  const found = contestants.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no contestant is called ${JSON.stringify(name)}`);
  return found;
}
