/** Opens the page in Chromium, from an origin that may call the server and from one that may not. */
import { consoleLogger } from "@thrice/server";
import { Chromium } from "./chromium.js";

const logger = consoleLogger();

try {
  const chromium = await Chromium.start();
  try {
    for (const origin of ["http://127.0.0.1:20095", "http://localhost:20095"]) {
      logger.infof("the page of %s says:", origin);
      const lines = (await chromium.ask(origin, "window.finished")) as readonly string[];
      for (const line of lines) logger.infof("%s", line);
    }
  } finally {
    await chromium.close();
  }
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
