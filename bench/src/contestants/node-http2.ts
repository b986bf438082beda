/** A bare handler and a bare client on `node:http2`, one Node stream per call, with the headers and frames of gRPC. */
export { connect } from "./node-http2-client.js";
export { serve } from "./node-http2-server.js";
