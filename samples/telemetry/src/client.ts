import { consoleLogger, type LoadBalancer, newClient } from "@thrice/client";
import { newGreetService } from "./gen/greet/greet_thrice.js";
import { setUpTelemetry } from "./set-up.js";
import { linesOfTrace, readPage } from "./show.js";

const logger = consoleLogger();

/** Takes the endpoints in the order of the address, so that the log is the same from run to run. */
const inOrder: LoadBalancer = {
  name: "in-order",
  createPicker: () => ({ pick: ([first]) => first }),
};

const { telemetry, spans, stop } = await setUpTelemetry(20073);
const client = newClient({
  url: "tri://127.0.0.1:20071;tri://127.0.0.1:20070",
  retries: 2,
  loadBalance: inOrder,
  ...telemetry.client({ target: "greeter" }),
});
const unwatch = telemetry.watch(client, "greeter");
const greeter = newGreetService(client);

// The first server is out of order, so there are two attempts of one call.
const { greeting } = await greeter.greet({ name: "Ada" });
logger.infof("Greet response: %s", greeting);

logger.info("the client's part of the trace:");
for (const line of linesOfTrace(spans.getFinishedSpans())) logger.info(line);

logger.info("from http://127.0.0.1:20073/metrics, the client's page:");
const ofClient = [
  "rpc_client_call_duration_count",
  "grpc_client_call_retries_sum",
  "thrice_client_attempts_total",
  "thrice_client_connections",
];
for (const line of await readPage("http://127.0.0.1:20073/metrics", ofClient)) logger.info(line);

logger.info("from http://127.0.0.1:20072/metrics, the servers' page:");
const ofServer = ["rpc_server_call_duration_count"];
for (const line of await readPage("http://127.0.0.1:20072/metrics", ofServer)) logger.info(line);

unwatch();
await client.close();
await stop();
