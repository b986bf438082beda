/** Serves the page itself, bundled, from an origin of its own. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";

/** Listens on both names of this machine: `http://127.0.0.1:<port>` and `http://localhost:<port>` are two origins. */
export async function servePage(port: number): Promise<{ close(): void }> {
  const folder = join(import.meta.dirname, "page");
  const html = await readFile(join(folder, "index.html"), "utf8");
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  const server = createServer(({ url }, response) => {
    const [type, body] = url === "/main.js" ? ["text/javascript", script] : ["text/html", html];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
