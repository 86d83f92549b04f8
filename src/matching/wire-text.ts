/*
 * Texts of messages are strings of bytes: each code unit is one byte as it came over the wire (latin1). Texts of
 * configuration are Unicode. What is compared with a message is brought into the wire's form once, when configuration
 * arrives; for ASCII, which is nearly everything, both forms are the same string.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins there
const NOT_ASCII = /[^\x00-\x7f]/;

export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** The UTF-8 bytes of a text, each as one code unit. */
export function wireText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text that bytes of a message mean as UTF-8; wrong bytes become U+FFFD. */
export function unicodeText(wire: string): string {
  return isAscii(wire) ? wire : Buffer.from(wire, "latin1").toString("utf8");
}

/** A to Z in lower case, and nothing else: bytes of UTF-8 stay what they are. */
export function asciiLowerCase(wire: string): string {
  if (isAscii(wire)) return wire.toLowerCase();
  let lower = "";
  for (let i = 0; i < wire.length; i++) {
    const code = wire.charCodeAt(i);
    lower += code < 0x80 ? (wire[i] as string).toLowerCase() : (wire[i] as string);
  }
  return lower;
}
