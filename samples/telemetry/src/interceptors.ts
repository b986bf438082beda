import { attemptKey, ConnectError, consoleLogger, type Interceptor } from "@thrice/client";

const logger = consoleLogger();

/** Once per call, however many attempts it takes: sees what the caller asked for, and what it gets. */
export const logCall: Interceptor = (next) => async (request) => {
  logger.infof("call %s begins", request.method.name);
  const response = await next(request);
  logger.infof("call %s is answered", request.method.name);
  return response;
};

/** Once per attempt: sees each endpoint and each failure. */
export const logAttempt: Interceptor = (next) => async (request) => {
  const attempt = request.contextValues.get(attemptKey);
  logger.infof("attempt %d, %s, to %s", attempt?.number, attempt?.kind, attempt?.endpoint.id);
  try {
    return await next(request);
  } catch (error) {
    logger.infof("attempt %d failed: %s", attempt?.number, ConnectError.from(error).message);
    throw error;
  }
};

/** Gives each endpoint a token of its own, as a token that is made out for one server would be. */
export const addToken: Interceptor = (next) => (request) => {
  const attempt = request.contextValues.get(attemptKey);
  request.header.set("authorization", `Bearer for-${attempt?.endpoint.id}`);
  return next(request);
};
