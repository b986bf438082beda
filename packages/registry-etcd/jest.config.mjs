import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "registry-etcd", rootDir: import.meta.dirname };
