import { create } from "@bufbuild/protobuf";
import {
  BusinessError,
  Code,
  ConnectError,
  consoleLogger,
  createLogger,
  newServer,
  recovery,
} from "@thrice/server";
import { OutOfStockSchema } from "./gen/shop/shop_pb.js";
import { registerShopServiceHandler } from "./gen/shop/shop_thrice.js";

const logger = consoleLogger();
const stock = new Map([["hat", 2]]);

/** An error of the application's own, which knows nothing of RPC. */
class ShopClosedError extends Error {}

// Errors of the application get their code in one place, for all methods.
const server = newServer({
  port: 20081,
  stopOnSignals: true,
  // Its own lines, without the stacks that they would have here.
  logger: createLogger(({ message }) => logger.infof("the server says: %s", message)),
  interceptors: [
    recovery((thrown) =>
      thrown instanceof ShopClosedError
        ? new ConnectError("the shop is closed", Code.FailedPrecondition)
        : undefined,
    ),
  ],
});

registerShopServiceHandler(server, {
  buy({ article, count }) {
    if (article === "umbrella") throw new ShopClosedError();
    // Dubbo's code 17: an answer that is no, rather than a failure; nobody tries it again.
    if (article === "scarf") throw new BusinessError("no scarves in summer");
    const left = stock.get(article);
    if (left === undefined) throw new ConnectError(`there is no ${article}`, Code.NotFound);
    if (left < count) throw outOfStock(article, left);
    if (count === 0) throw new Error("the till is jammed: drawer 7");
    return { order: `${count} x ${article}` };
  },
});

/** A code for programs that know nothing of the shop, a detail for those that do, and metadata. */
function outOfStock(article: string, left: number): ConnectError {
  const detail = { desc: OutOfStockSchema, value: create(OutOfStockSchema, { article, left }) };
  const metadata = { "x-next-delivery": "Monday" };
  return new ConnectError(`only ${left} left`, Code.ResourceExhausted, metadata, [detail]);
}

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
