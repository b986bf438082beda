import { setTimeout as sleep } from "node:timers/promises";
import { consoleLogger, type HandlerContext, newServer } from "@thrice/server";
import type { City, Reading } from "./gen/weather/weather_pb.js";
import {
  registerWeatherServiceHandler,
  type WeatherServiceHandler,
} from "./gen/weather/weather_thrice.js";

const logger = consoleLogger();

class WeatherHandler implements WeatherServiceHandler {
  now({ name }: City) {
    return { city: name, celsius: name.length };
  }

  /** Goes on until its caller leaves: the signal then ends the pause, and the generator is left. */
  async *watch({ name }: City, { signal }: HandlerContext) {
    try {
      for (let celsius = name.length; ; celsius++) {
        yield { city: name, celsius };
        await sleep(20, undefined, { signal });
      }
    } finally {
      logger.infof("nobody watches %s any more", name);
    }
  }

  /** Messages are read as they come; whoever sends faster than this reads has to wait. */
  async report(readings: AsyncIterable<Reading>) {
    let count = 0;
    let warmest = Number.NEGATIVE_INFINITY;
    for await (const { celsius } of readings) {
      count++;
      warmest = Math.max(warmest, celsius);
    }
    return { readings: count, warmest };
  }

  async *ask(cities: AsyncIterable<City>) {
    for await (const { name } of cities) yield { city: name, celsius: name.length };
    logger.info("nobody asks any more");
  }
}

const server = newServer({ port: 20080, stopOnSignals: true });
registerWeatherServiceHandler(server, new WeatherHandler());

try {
  await server.serve();
} catch (error) {
  logger.error((error as Error).message);
  process.exitCode = 1;
}
