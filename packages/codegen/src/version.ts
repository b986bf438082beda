/** The version of this package, as the head of every generated file names it. */
export const version = "0.1.0";
