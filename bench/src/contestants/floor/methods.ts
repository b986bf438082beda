/**
 * Stands for the header blocks of a gRPC call, of the size that HPACK gives them once its table is warm. The first byte
 * tells the method.
 */
export const unaryHeaders = Buffer.alloc(24, 1);
export const downloadHeaders = Buffer.alloc(24, 2);
export const uploadHeaders = Buffer.alloc(24, 3);
export const pingPongHeaders = Buffer.alloc(24, 4);
export const answerHeaders = Buffer.alloc(8, 5);
export const answerTrailers = Buffer.alloc(4, 6);
