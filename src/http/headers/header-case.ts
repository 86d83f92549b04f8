/** How the names of fields are written to HTTP/1 (`http_protocol_options.header_key_format`). Plain frozen data. */
export type HeaderCaseConfig =
  /** `proper_case_words`, for what this side writes. */
  { readonly kind: "proper" } | PreserveCaseConfig;

/** `envoy.http.stateful_header_formatters.preserve_case`: what this side reads is written as it came. */
export interface PreserveCaseConfig {
  readonly kind: "preserve";
  /** How fields look that are added on the way (`formatter_type_on_envoy_headers`). */
  readonly addedFields: "lower" | "proper";
  readonly forwardReasonPhrase: boolean;
}

/** Writes the names of fields otherwise than in lower case. */
export interface HeaderNameFormat {
  /** @param name lower case */
  nameOf(name: string): string;
  /** In place of the usual reason phrase; null for that. */
  readonly reasonPhrase: string | null;
}

/** `content-type` becomes `Content-Type`: the first letter, and each one behind what is no letter or digit. */
class ProperCase implements HeaderNameFormat {
  readonly reasonPhrase = null;

  nameOf(name: string): string {
    return properCase(name);
  }
}

const PROPER_CASE: HeaderNameFormat = new ProperCase();

/** How a side writes names that came in no spelling of their own; null for lower case. */
export function ownNameFormat(config: HeaderCaseConfig | null): HeaderNameFormat | null {
  return config?.kind === "proper" ? PROPER_CASE : null;
}

/** The spellings that the fields of one message came with. */
class PreservedCase implements HeaderNameFormat {
  reasonPhrase: string | null = null;
  private readonly addedFields: "lower" | "proper";
  /** Canonical name and spelling in turn. */
  private readonly spellings: string[] = [];

  constructor(addedFields: "lower" | "proper") {
    this.addedFields = addedFields;
  }

  /** Remembers how a name was spelt; the first time counts. */
  remember(name: string, spelling: string): void {
    if (this.spellingOf(name) === null) this.spellings.push(name, spelling);
  }

  nameOf(name: string): string {
    return this.spellingOf(name) ?? (this.addedFields === "proper" ? properCase(name) : name);
  }

  private spellingOf(name: string): string | null {
    const spellings = this.spellings;
    for (let i = 0; i < spellings.length; i += 2) if (spellings[i] === name) return spellings[i + 1] as string;
    return null;
  }
}

/** The spellings of a message that is being read; made with the first one. */
export function preservedCase(headers: SpelledFields, config: PreserveCaseConfig): PreservedCase {
  const known = headers.nameFormat;
  if (known instanceof PreservedCase) return known;
  const spellings = new PreservedCase(config.addedFields);
  headers.nameFormat = spellings;
  return spellings;
}

/** The part of a header map that is needed here. */
interface SpelledFields {
  nameFormat: HeaderNameFormat | null;
}

function properCase(name: string): string {
  let result = "";
  let atStart = true;
  for (let i = 0; i < name.length; i++) {
    const character = name.charAt(i);
    result += atStart ? character.toUpperCase() : character;
    atStart = !ALPHANUMERIC.test(character);
  }
  return result;
}

const ALPHANUMERIC = /[a-z0-9]/i;
