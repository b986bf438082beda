import {
  attemptsOf,
  BusinessError,
  Code,
  ConnectError,
  consoleLogger,
  newClient,
} from "@thrice/client";
import { OutOfStockSchema } from "./gen/shop/shop_pb.js";
import { newShopService } from "./gen/shop/shop_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20081" });
const shop = newShopService(client);

await buy("hat", 1);
await buy("cat", 1);
await buy("hat", 3);
await buy("umbrella", 1);
await buy("scarf", 1);

// A plain error: its text stays with the server, as it may tell more than callers should know.
await buy("hat", 0);
await client.close();

async function buy(article: string, count: number): Promise<void> {
  try {
    const { order } = await shop.buy({ article, count });
    logger.infof("ordered %s", order);
  } catch (reason) {
    const error = ConnectError.from(reason);
    const kind = BusinessError.is(reason) ? "business error" : Code[error.code];
    logger.infof("%s: %s, attempts %d", kind, error.rawMessage, tries(error));
    for (const { left } of error.findDetails(OutOfStockSchema)) {
      logger.infof("take %d, or wait until %s", left, error.metadata.get("x-next-delivery"));
    }
  }
}

/** One each: without `retries`, what may have done something is not repeated; what the caller did wrong never is. */
function tries(error: ConnectError): number {
  return attemptsOf(error)?.length ?? 0;
}
