import type { Message } from "@bufbuild/protobuf";

/** Local names of the fields of a message type, those inside its oneofs included, and of the oneofs themselves. */
export type FieldName<M extends Message> = {
  [K in keyof M & string]: K extends `$${string}` ? never : K | OneofField<M[K]>;
}[keyof M & string];

type OneofField<Value> = Value extends { readonly case: infer Case } ? Extract<Case, string> : never;
