import type { ClientTlsOptions } from "@thrice/client";
import {
  checkBoolean,
  checkFunction,
  checkLogger,
  checkOneOf,
  consoleLogger,
  type Logger,
  quietClock,
  type RegistryClock,
  show,
} from "@thrice/core";
import type { MetadataPlace } from "./application/instance-metadata.js";

/** Options of the layouts, which every registry that uses them has. */
export interface LayoutOptions {
  /** First part of the keys: Dubbo's group of the registry. @defaultValue "dubbo" */
  readonly root?: string | undefined;
  /**
   * Name of the application, which entries of its providers carry, and under which its instances are found; printable ASCII
   * without blanks and `/ : , *`. @defaultValue none
   */
  readonly application?: string | undefined;
  /**
   * How providers are published: by `interface`, by `application`, or in both ways. @defaultValue `both`; without a name of the
   * application `interface`
   */
  readonly register?: Layout | undefined;
  /** How providers are looked for. @defaultValue `both` */
  readonly lookUp?: Layout | undefined;
  /**
   * Where consumers get to know what an instance provides: `local`, they ask it; `remote`, it stands in the engine.
   * @defaultValue "local"
   */
  readonly metadata?: MetadataPlace | undefined;
  /** Secures the questions to instances what they provide, as `tls` of a client. @defaultValue false */
  readonly metadataTls?: boolean | ClientTlsOptions | undefined;
  /** Whether consumers have entries too, for tools that show who calls whom. @defaultValue whether the application has a name */
  readonly consumers?: boolean | undefined;
  /** Takes a line for each entry that cannot be read. @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's, with timers that do not keep the process alive */
  readonly clock?: RegistryClock | undefined;
  /** Draws from 0 up to, but not including, 1; for tests. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** How providers are found: by the name of the interface, by the applications that have it, or in both ways. */
export type Layout = "both" | "interface" | "application";

/** The same with every default filled in. */
export type ResolvedLayout = {
  readonly [Name in keyof LayoutOptions]-?: NonNullable<LayoutOptions[Name]>;
};

/** Names of the options, for registries that check theirs. */
export const layoutOptionNames = [
  "root",
  "application",
  "register",
  "lookUp",
  "metadata",
  "metadataTls",
  "consumers",
  "logger",
  "clock",
  "random",
] as const;

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveLayout(options: LayoutOptions): ResolvedLayout {
  const { root = "dubbo", metadata = "local", metadataTls = false, lookUp = "both" } = options;
  const { logger = consoleLogger(), clock = quietClock, random = Math.random } = options;
  const application = checkApplication(options.application ?? "");
  const { register = application === "" ? "interface" : "both" } = options;
  checkOneOf("register", register, layouts);
  if (application === "" && register !== "interface") {
    throw new TypeError(`register is ${show(register)}, which needs application`);
  }
  return {
    root: checkRoot(root),
    application,
    register,
    lookUp: checkOneOf("lookUp", lookUp, layouts),
    metadata: checkOneOf("metadata", metadata, ["local", "remote"]),
    metadataTls,
    consumers: checkBoolean("consumers", options.consumers ?? application !== ""),
    logger: checkLogger("logger", logger),
    clock,
    random: checkFunction("random", random),
  };
}

const layouts = ["both", "interface", "application"] as const;

function checkRoot(root: unknown): string {
  if (typeof root === "string" && /^[^/\s]+$/.test(root)) return root;
  throw new TypeError(`root must be a name without blanks and slashes, got ${show(root)}`);
}

/** It is a part of keys, of lists, and the group of the service that tells what there is. */
function checkApplication(name: unknown): string {
  if (typeof name === "string" && /^[!-~]*$/.test(name) && !/[/:,*]/.test(name)) return name;
  throw new TypeError(
    `application must be printable ASCII without blanks and / : , *, got ${show(name)}`,
  );
}
