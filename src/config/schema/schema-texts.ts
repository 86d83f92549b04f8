import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { Coverage, FieldCoverage } from "../coverage.js";

const DOCUMENTATION = "https://www.envoyproxy.io/docs/envoy/latest/api-v3";

/** What an editor shows of a message or a field: what Sluice does with it, and where Envoy describes it. */
export class CoverageTexts {
  private readonly fields = new Map<string, readonly FieldCoverage[]>();
  private readonly extensions: ReadonlySet<string>;

  constructor({ messages, extensions }: Coverage) {
    this.extensions = new Set(extensions.map(({ typeName }) => typeName));
    for (const { typeName, fields } of messages) {
      for (const field of fields) {
        const key = `${typeName}.${field.name}`;
        this.fields.set(key, [...(this.fields.get(key) ?? []), field]);
      }
    }
  }

  ofMessage(desc: DescMessage): string {
    const isExtension = desc.typeName.startsWith("envoy.extensions.") && desc.parent === undefined;
    const isKnown = this.extensions.has(desc.typeName) || !isExtension;
    return `${isKnown ? "" : "Not implemented by Sluice yet. "}${documentationUrl(desc)}`;
  }

  /** Empty for a field that does what Envoy's documentation says; places may differ, and the best one counts. */
  ofField(field: DescField): string {
    const states = this.fields.get(`${field.parent.typeName}.${field.name}`) ?? [];
    if (states.length === 0 || states.some(({ state }) => state === "implemented")) return "";
    const best = states.find(({ state }) => state === "limited") ?? (states[0] as FieldCoverage);
    switch (best.state) {
      case "limited":
        return `Sluice: ${best.note}.`;
      case "refused":
        return `Refused by Sluice: ${best.note}.`;
      default:
        return `Not implemented by Sluice yet: ${best.note === "" ? "it has no effect" : best.note}.`;
    }
  }
}

/** Where Envoy's documentation describes a message. */
export function documentationUrl(desc: DescMessage): string {
  const { typeName, file } = desc;
  if (!typeName.startsWith("envoy.")) return typeName;
  const page = file.proto.name.replace(/^envoy\//, "");
  const anchor = typeName
    .replace(/^envoy\./, "")
    .replace(/[._]/g, "-")
    .toLowerCase();
  return `${DOCUMENTATION}/${page}#envoy-v3-api-msg-${anchor}`;
}
