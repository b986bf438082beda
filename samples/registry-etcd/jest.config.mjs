import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-registry-etcd", rootDir: import.meta.dirname };
