import preset from "../../jest.preset.mjs";

export default {
  ...preset,
  displayName: "sample-registry-zookeeper",
  rootDir: import.meta.dirname,
};
