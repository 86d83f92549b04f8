import { readFileSync } from "node:fs";
import type { DataSource } from "../gen/envoy/config/core/v3/base_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const DATA_SOURCE_FIELDS: MessageTable = implemented<DataSource>("envoy.config.core.v3.DataSource", {
  filename: true,
  inline_bytes: true,
  inline_string: true,
  environment_variable: true,
});

/** The text of a data source, read now: a file's path counts from the working directory, as in Envoy. */
export function readDataSource(source: DataSource, context: ConversionContext): string | null {
  const { specifier } = source;
  switch (specifier.case) {
    case "filename":
      try {
        return readFileSync(specifier.value, "utf8");
      } catch (error) {
        context.error(source, "filename", `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        return null;
      }
    case "inlineBytes":
      return new TextDecoder().decode(specifier.value);
    case "inlineString":
      return specifier.value;
    case "environmentVariable": {
      // biome-ignore lint/style/noProcessEnv: the configuration names the variable
      const value = process.env[specifier.value];
      if (value !== undefined) return value;
      context.error(source, "environmentVariable", `the environment variable ${specifier.value} is not set`);
      return null;
    }
    case undefined:
      return null;
  }
}
