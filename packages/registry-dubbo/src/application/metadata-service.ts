import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type ClientTlsOptions, createLogger, newClient } from "@thrice/client";
import type { RegistryService } from "@thrice/core";
import {
  type MetadataInfoV2,
  MetadataInfoV2Schema,
  MetadataServiceV2,
} from "../gen/dubbo/metadata/metadata_service_v2_pb.js";
import {
  type MetadataServiceV2Handler,
  newMetadataServiceV2,
} from "../gen/dubbo/metadata/metadata_service_v2_thrice.js";
import { metadataVersion } from "./instance-metadata.js";
import { byMatchKey, type MetadataInfo } from "./metadata-info.js";

/** Bounds of a question with all its attempts, and of one of them, in milliseconds. */
const timeoutMs = 5_000;
const attemptTimeoutMs = 2_000;

/** Makes the service that tells consumers what `application` provides. */
export function metadataService(
  application: string,
  find: (revision: string) => MetadataInfo | undefined,
): RegistryService {
  const handler: MetadataServiceV2Handler = {
    getMetadataInfo({ revision }) {
      const info = find(revision);
      if (info === undefined) {
        throw new ConnectError(`revision ${JSON.stringify(revision)} is not known`, Code.NotFound);
      }
      const { app, services } = info;
      return create(MetadataInfoV2Schema, { app, version: info.revision, services });
    },
  };
  return { service: MetadataServiceV2, handler, group: application, version: metadataVersion };
}

/** A question that is under way. */
export interface MetadataQuestion {
  /** Rejects with what went wrong. */
  readonly answer: Promise<MetadataInfo>;
  /** Takes it back; `answer` then rejects. */
  cancel(): void;
}

/** Where the question goes. */
export interface MetadataAddress {
  readonly application: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean | ClientTlsOptions;
}

/** Asks an instance what the services of `revision` are. */
export function askForMetadata(address: MetadataAddress, revision: string): MetadataQuestion {
  const { application, host, port, tls } = address;
  const client = newClient({
    url: `tri://${host.includes(":") ? `[${host}]` : host}:${port}`,
    tls,
    timeoutMs,
    attemptTimeoutMs,
    inheritDeadline: false,
    logger: createLogger(() => {}, { level: "off" }),
  });
  const options = { group: application, version: metadataVersion };
  const stub = newMetadataServiceV2(client, options);
  const close = () => void client.close();
  const answer = stub.getMetadataInfo({ revision }).then(metadataFromV2);
  answer.then(close, close);
  return { answer, cancel: close };
}

function metadataFromV2({ app, version, services }: MetadataInfoV2): MetadataInfo {
  return { app, revision: version, services: byMatchKey(Object.values(services)) };
}
