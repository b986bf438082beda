import { consoleLogger, newClient } from "@thrice/client";
import { newWeatherService } from "./gen/weather/weather_thrice.js";

const logger = consoleLogger();

const client = newClient({ url: "tri://127.0.0.1:20080" });
const weather = newWeatherService(client);

// One message, one answer.
const { celsius: now } = await weather.now({ name: "Oslo" });
logger.infof("Oslo has %d degrees", now);

// A stream of answers. To leave the loop is to leave the stream: the server is told.
let left = 3;
for await (const { city, celsius } of weather.watch({ name: "Rome" })) {
  logger.infof("%s has %d degrees", city, celsius);
  if (--left === 0) break;
}

// A stream of messages, from anything that can be iterated.
const { readings, warmest } = await weather.report(measure("Bern", [7, 11, 9]));
logger.infof("%d readings, the warmest of %d degrees", readings, warmest);

// Both at once: each question goes out when the answer before it has come.
const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>();
for await (const { city, celsius } of weather.ask(questions(answered))) {
  logger.infof("%s has %d degrees", city, celsius);
  onAnswer();
}
await client.close();

async function* measure(city: string, all: readonly number[]) {
  for (const celsius of all) yield { city, celsius };
}

async function* questions(firstAnswer: Promise<void>) {
  yield { name: "Lima" };
  await firstAnswer;
  yield { name: "Bogota" };
}
