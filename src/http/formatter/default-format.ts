import type { LogFormatConfig } from "../../stream-info/access-log-config.js";

/** The line of an access log whose configuration names no format, as in Envoy. */
export const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" ' +
  "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% " +
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

export const DEFAULT_LOG_FORMAT: LogFormatConfig = Object.freeze({
  kind: "text",
  text: DEFAULT_FORMAT,
  json: null,
  omitEmptyValues: false,
});
