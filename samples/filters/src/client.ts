import {
  Code,
  ConnectError,
  consoleLogger,
  newClient,
  requestId,
  signRequests,
  withToken,
} from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";

const logger = consoleLogger();
const url = "tri://127.0.0.1:20052";

let ids = 0;
const known = newClient({
  url,
  // Once per call: all attempts of a call have its id.
  interceptors: [requestId({ makeId: () => `${++ids}` }), withToken("token-of-the-sample")],
  // Once per attempt: a signature is good for one.
  attemptInterceptors: [signRequests({ keyId: "sample", secret: "a secret of the sample" })],
});
await greet("known", known, "Ada");
await greet("known", known, "");

const stranger = newClient({ url });
await greet("stranger", stranger, "Ada");

const unsigned = newClient({ url, interceptors: [withToken("token-of-the-sample")] });
await greet("unsigned", unsigned, "Ada");

await Promise.all([known, stranger, unsigned].map((client) => client.close()));

async function greet(who: string, client: typeof known, name: string): Promise<void> {
  try {
    const { greeting } = await newGreetService(client).greet({ name });
    logger.infof("%s: %s", who, greeting);
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    logger.infof("%s: %s, %s", who, Code[code], rawMessage);
  }
}
