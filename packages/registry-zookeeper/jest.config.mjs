import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "registry-zookeeper", rootDir: import.meta.dirname };
