// Starts programs so that none outlives its patience, and waits until one listens.
import { spawn } from "node:child_process";
import { connect } from "node:net";

/**
 * Starts a program, and kills it if it runs for longer than `patienceMs`. `exited` never rejects: it resolves with the exit
 * code, the signal, or why the program could not be started.
 */
export function startProgram(command, args, { patienceMs = 20_000, ...options }) {
  const child = spawn(command, args, options);
  const overdue = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  const exited = new Promise((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  void exited.then(() => clearTimeout(overdue));
  return { process: child, exited };
}

/** Tries to connect until it works. @throws Error if the program ends first. */
export async function waitUntilListening({ exited }, port) {
  let end;
  void exited.then((how) => {
    end = how;
  });
  while (!(await canConnect(port))) {
    if (end !== undefined) throw new Error(`the program ended (${end}) before it listened`);
  }
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(resolve, 20, false));
  });
}
