/** The floor: frames of HTTP/2's shape, parsed by hand on a socket. */
export { connect } from "./client.js";
export { serve } from "./server.js";
