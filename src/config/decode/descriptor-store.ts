import { readFileSync } from "node:fs";
import {
  create,
  createFileRegistry,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type FileRegistry,
  fromBinary,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** `descriptors.json`: where each proto file stands in `descriptors.bin`. Made by scripts/generate-descriptors.mjs. */
interface DescriptorIndex {
  readonly files: Readonly<Record<string, IndexedFile>>;
}

interface IndexedFile {
  readonly offset: number;
  readonly length: number;
  readonly imports: readonly string[];
  /** Full names of the messages it defines, nested ones included. */
  readonly types: readonly string[];
}

/**
 * The descriptors of Envoy's protos, decoded file by file when a type is first asked for. The whole set would take
 * some 60 ms at every start; what an ordinary bootstrap needs takes a third of that.
 */
export class DescriptorStore {
  private readonly bytes: Uint8Array;
  private readonly index: DescriptorIndex;
  private readonly fileOfType = new Map<string, string>();
  private readonly opaqueTypes = new Map<string, DescMessage>();
  private readonly loaded = new Map<string, FileRegistry>();

  constructor(bytes: Uint8Array, index: DescriptorIndex) {
    this.bytes = bytes;
    this.index = index;
    for (const [name, file] of Object.entries(index.files)) {
      for (const type of file.types) this.fileOfType.set(type, name);
    }
  }

  /** The generated descriptors. The same instance each time: they are constant data. */
  static packed(): DescriptorStore {
    packed ??= readPacked();
    return packed;
  }

  /** A message of which only the name is known: an extension that the protos at hand do not have. */
  opaque(typeName: string): DescMessage {
    const known = this.opaqueTypes.get(typeName);
    if (known !== undefined) return known;
    const dot = typeName.lastIndexOf(".");
    const proto = create(FileDescriptorProtoSchema, {
      name: `${typeName}.proto`,
      package: typeName.slice(0, dot),
      syntax: "proto3",
      messageType: [{ name: typeName.slice(dot + 1) }],
    });
    const desc = createFileRegistry(proto, () => undefined).getMessage(typeName);
    if (desc === undefined) throw new Error(`${typeName} is no name of a message`);
    this.opaqueTypes.set(typeName, desc);
    return desc;
  }

  /** Null for a type that no known file defines. */
  message(typeName: string): DescMessage | null {
    const file = this.fileOfType.get(typeName);
    return file === undefined ? null : (this.load(file).getMessage(typeName) ?? null);
  }

  /** A message that Sluice's own code names; its absence is a bug. */
  requireMessage(typeName: string): DescMessage {
    const desc = this.message(typeName);
    if (desc === null) throw new Error(`no descriptor of ${typeName}: run npm run generate`);
    return desc;
  }

  /** An extension of the options that a file defines, such as `validate.rules`. */
  requireExtension(fileName: string, typeName: string): DescExtension {
    const desc = this.load(fileName).getExtension(typeName);
    if (desc === undefined) throw new Error(`no descriptor of ${typeName}: run npm run generate`);
    return desc;
  }

  /** Full names of all messages, for proposals. */
  typeNames(): Iterable<string> {
    return this.fileOfType.keys();
  }

  private load(fileName: string): FileRegistry {
    const known = this.loaded.get(fileName);
    if (known !== undefined) return known;
    const indexed = this.index.files[fileName];
    if (indexed === undefined) throw new Error(`no descriptor of ${fileName}: run npm run generate`);
    // Depth first, so that every import is complete before the file that uses it. Protos cannot import in a circle.
    for (const name of indexed.imports) this.load(name);
    const bytes = this.bytes.subarray(indexed.offset, indexed.offset + indexed.length);
    const proto = fromBinary(FileDescriptorProtoSchema, bytes);
    const registry = createFileRegistry(proto, (name) => this.importOf(name, proto));
    this.loaded.set(fileName, registry);
    return registry;
  }

  /**
   * An imported file without its own imports: the registry would add those again for every path that leads to them,
   * which takes seconds. A file refers only to types of the files it imports, and of those that they import publicly.
   */
  private importOf(name: string, importer: FileDescriptorProto): DescFile {
    const file = this.load(name).getFile(name);
    if (file === undefined) throw new Error(`${name}, imported by ${importer.name}, has no descriptor`);
    const publicImports = file.proto.publicDependency.map((index) => file.proto.dependency[index] ?? "");
    return { ...file, dependencies: publicImports.map((publicName) => this.importOf(publicName, file.proto)) };
  }
}

let packed: DescriptorStore | undefined;

function readPacked(): DescriptorStore {
  // The same relative place in the sources and in dist/.
  const folder = new URL("../../gen/", import.meta.url);
  const index: DescriptorIndex = JSON.parse(readFileSync(new URL("descriptors.json", folder), "utf8"));
  return new DescriptorStore(readFileSync(new URL("descriptors.bin", folder)), index);
}
