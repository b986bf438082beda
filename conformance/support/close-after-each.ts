/** Makes a function that takes note of what a test opens, to close it after the test, last first. */
export function closeAfterEach() {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const thing of opened.splice(0).reverse()) await thing.close();
  });
  return <T extends { close(): Promise<unknown> }>(thing: T): T => {
    opened.push(thing);
    return thing;
  };
}
