const QUESTION_MARK = "?";
const AMPERSAND = "&";
const EQUALS = "=";

/**
 * The first value of a parameter in the query of a path, null when it is not there. As Envoy matches it: names and
 * values as they were sent, without decoding; a parameter without `=` is empty.
 */
export function queryParameter(path: string, name: string): string | null {
  let start = path.indexOf(QUESTION_MARK) + 1;
  if (start === 0) return null;
  while (start < path.length) {
    const ampersand = path.indexOf(AMPERSAND, start);
    const end = ampersand === -1 ? path.length : ampersand;
    const nameEnd = start + name.length;
    if (nameEnd <= end && path.startsWith(name, start)) {
      if (nameEnd === end) return "";
      if (path[nameEnd] === EQUALS) return path.slice(nameEnd + 1, end);
    }
    start = end + 1;
  }
  return null;
}

/**
 * The first value of a parameter, both decoded, null when it is not there. As Envoy's generic matchers see it: `%41` is
 * `A`, `+` is itself, and a percent sign without two hexadecimal digits stands for itself.
 */
export function decodedQueryParameter(path: string, name: string): string | null {
  const start = path.indexOf(QUESTION_MARK) + 1;
  if (start === 0) return null;
  if (!path.includes("%", start)) return queryParameter(path, name);
  for (let at = start; at < path.length; ) {
    const ampersand = path.indexOf(AMPERSAND, at);
    const end = ampersand === -1 ? path.length : ampersand;
    const equals = path.indexOf(EQUALS, at);
    const nameEnd = equals === -1 || equals > end ? end : equals;
    if (percentDecoded(path.slice(at, nameEnd)) === name) return percentDecoded(path.slice(nameEnd + 1, end));
    at = end + 1;
  }
  return null;
}

function percentDecoded(text: string): string {
  let decoded = "";
  let at = 0;
  for (let percent = text.indexOf("%"); percent !== -1; percent = text.indexOf("%", at)) {
    const digits = text.slice(percent + 1, percent + 3);
    const isEscape = HEX_PAIR.test(digits);
    decoded += text.slice(at, percent) + (isEscape ? String.fromCharCode(Number.parseInt(digits, 16)) : "%");
    at = percent + (isEscape ? 3 : 1);
  }
  return decoded + text.slice(at);
}

const HEX_PAIR = /^[0-9a-fA-F]{2}$/;
