/** A program that serves on a port of the system's choice until a signal stops it. */
import { newServer } from "@thrice/server";

const server = newServer({ host: "127.0.0.1", port: 0, stopOnSignals: true });
await server.serve();
console.log(server.port);
