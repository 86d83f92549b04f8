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
