/** grpc-js 1.14.7, both ends. */
export { connect } from "./grpc-js-client.js";
export { serve } from "./grpc-js-server.js";
