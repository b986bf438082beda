// Runs a sample as a user would in two terminals: starts its server, waits until it listens, runs its client, stops the
// server, shows both logs, and compares levels and messages with samples/<name>/expected.
// Usage: node tools/run-sample.mjs <name> <port>
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const [name, portText] = process.argv.slice(2);
const port = Number(portText);
const patienceMs = 20_000;

await failIfPortIsTaken();
const server = start("server");
await listening(server);
const client = start("client");
const clientCode = await client.exited;
server.process.kill("SIGTERM");
const serverCode = await server.exited;

const problems = [server, client].map(showAndCompare).filter((problem) => problem !== undefined);
if (serverCode !== 0) problems.push(`the server exited with ${serverCode}`);
if (clientCode !== 0) problems.push(`the client exited with ${clientCode}`);
if (problems.length > 0) fail(problems.join("\n"));
console.log(`Sample ${name}: both logs are as expected.`);

function failIfPortIsTaken() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code }) =>
      fail(`cannot run sample ${name}: port ${port} is taken (${code})`),
    );
    probe.listen(port, () => probe.close(resolve));
  });
}

function start(role) {
  const file = `samples/${name}/src/${role}.ts`;
  const child = spawn(process.execPath, ["--conditions=@thrice/source", "--import", "tsx", file], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const part = { role, file, process: child, log: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    part.log += text;
  });
  const overdue = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  part.exited = new Promise((resolve) => {
    child.once("close", (code, signal) => {
      clearTimeout(overdue);
      resolve(code ?? signal);
    });
  });
  return part;
}

/** Tries to connect until it works, or the server gives up. */
async function listening(part) {
  let exited = false;
  part.exited.then(() => {
    exited = true;
  });
  while (!(await canConnect())) {
    if (exited) fail(`the server stopped before it listened:\n${part.log}`);
  }
}

function canConnect() {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(resolve, 20, false));
  });
}

function showAndCompare({ role, file, log }) {
  console.log(`--- log of the ${role}, ${file}\n${log}`);
  const expected = readFileSync(join(root, "samples", name, "expected", `${role}.log`), "utf8");
  const actual = log.replace(/^[^\t\n]*\t([^\t\n]*)\t[^\t\n]*\t/gm, "$1\t");
  return actual === expected ? undefined : `the log of the ${role} differs; expected:\n${expected}`;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
