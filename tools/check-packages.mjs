// Packs every package, lints the tarballs, and uses them as strangers do: a project that installs only @thrice/server and
// one that installs only @thrice/client, each beside its generated code, outside of the workspace, and on the oldest Node.js
// that the packages support. The server and the client are those of the retry sample.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram, waitUntilListening } from "./run-program.mjs";

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const packages = readdirSync(join(root, "packages"));
const work = mkdtempSync(join(tmpdir(), "thrice-packages-"));
const oldestNode = "22";
// The binary alone: the package `node` fetches it in an install script, which npm does not run unasked.
const nodePackage = `node-${process.platform}-${process.arch}`;
const port = 20_000;

try {
  for (const name of packages)
    rmSync(join(root, "packages", name, "dist"), { recursive: true, force: true });
  run("tsc", ["-b"], root);
  const tarballs = Object.fromEntries(packages.map((name) => [`@thrice/${name}`, pack(name)]));
  const server = createProject("server", tarballs, "@thrice/client");
  const client = createProject("client", tarballs, "@thrice/server");
  await callAcross(server, client);
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(
  `${packages.length} packages packed, linted, installed and run on Node.js ${oldestNode}`,
);

/** Packs and lints one package; answers with the path of its tarball. */
function pack(name) {
  const folder = join(root, "packages", name);
  const packed = run(
    "npx",
    ["-y", "pnpm@12", "pack", "--json", "--pack-destination", work],
    folder,
  );
  const tarball = JSON.parse(packed.slice(packed.indexOf("{"))).filename;
  run(join(bin, "publint"), ["run", tarball, "--strict"], root);
  const hasTypes =
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports !== undefined;
  if (hasTypes) run(join(bin, "attw"), [tarball, "--profile", "esm-only"], root);
  return tarball;
}

/** Installs one package, and what it brings along, into an empty project; compiles the sample's part there. */
function createProject(role, tarballs, absent) {
  const folder = join(work, role);
  cpSync(join(root, "samples/retry/src"), join(folder, "src"), { recursive: true });
  for (const file of readdirSync(join(folder, "src"))) {
    if (file !== "gen" && file !== `${role}.ts`) rmSync(join(folder, "src", file));
  }
  const own = `@thrice/${role}`;
  const overrides = Object.fromEntries(
    Object.entries(tarballs)
      .filter(([name]) => name !== own)
      .map(asFile),
  );
  const dependencies = Object.fromEntries([asFile([own, tarballs[own]])]);
  const devDependencies = { [nodePackage]: oldestNode, "@types/node": oldestNode };
  writeJson(join(folder, "package.json"), {
    type: "module",
    dependencies,
    devDependencies,
    overrides,
  });
  writeJson(join(folder, "tsconfig.json"), {
    compilerOptions: {
      module: "NodeNext",
      target: "ES2022",
      strict: true,
      outDir: "out",
      rootDir: "src",
      types: ["node"],
    },
    include: ["src"],
  });
  run("npm", ["install", "--no-audit", "--no-fund"], folder);
  if (existsSync(join(folder, "node_modules", absent)))
    throw new Error(`${own} brings ${absent} along`);
  run(join(bin, "tsc"), ["-p", folder], folder);
  return folder;
}

async function callAcross(serverFolder, clientFolder) {
  const server = start(serverFolder, "server");
  try {
    await waitUntilListening(server, port);
    const clientEnd = await start(clientFolder, "client").exited;
    server.process.kill("SIGTERM");
    const serverEnd = await server.exited;
    if (clientEnd !== 0 || serverEnd !== 0)
      throw new Error(`client ended with ${clientEnd}, server with ${serverEnd}`);
  } finally {
    server.process.kill("SIGKILL");
  }
}

function start(folder, role) {
  const node = join(folder, "node_modules", nodePackage, "bin/node");
  return startProgram(node, [`out/${role}.js`], { cwd: folder, stdio: "inherit" });
}

function asFile([name, tarball]) {
  return [name, `file:${tarball}`];
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value, null, 2));
}

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
