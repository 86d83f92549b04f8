import type { CalendarTime } from "./calendar.js";

/** What one `strftime` specifier prints. */
export type TimeSpecifier = (time: CalendarTime) => string;

const MINUTES = /\d\d$/;

function padded(value: number, width = 2, fill = "0"): string {
  return String(value).padStart(width, fill);
}

function clock(time: CalendarTime): string {
  return `${padded(time.hour)}:${padded(time.minute)}:${padded(time.second)}`;
}

/**
 * `strftime` specifiers in the C locale, by their letter, and the extensions that Envoy's library has. Those of whole
 * seconds only: `%f` is not among them.
 */
export const TIME_SPECIFIERS: ReadonlyMap<string, TimeSpecifier> = new Map<string, TimeSpecifier>([
  ["%", () => "%"],
  ["t", () => "\t"],
  ["a", (time) => time.weekdayName.slice(0, 3)],
  ["A", (time) => time.weekdayName],
  ["b", (time) => time.monthName.slice(0, 3)],
  ["B", (time) => time.monthName],
  ["h", (time) => time.monthName.slice(0, 3)],
  ["c", (time) => `${day(time)} ${padded(time.day, 2, " ")} ${clock(time)} ${time.year}`],
  ["C", (time) => padded(Math.floor(time.year / 100))],
  ["d", (time) => padded(time.day)],
  ["e", (time) => padded(time.day, 2, " ")],
  ["D", slashDate],
  ["x", slashDate],
  ["F", (time) => `${padded(time.year, 4)}-${padded(time.month + 1)}-${padded(time.day)}`],
  ["g", (time) => padded(time.isoWeek.year % 100)],
  ["G", (time) => padded(time.isoWeek.year, 4)],
  ["H", (time) => padded(time.hour)],
  ["I", (time) => padded(time.hour12)],
  ["j", (time) => padded(time.yearday + 1, 3)],
  ["k", (time) => padded(time.hour, 2, " ")],
  ["l", (time) => padded(time.hour12, 2, " ")],
  ["m", (time) => padded(time.month + 1)],
  ["M", (time) => padded(time.minute)],
  ["p", (time) => (time.hour < 12 ? "AM" : "PM")],
  [
    "r",
    (time) => `${padded(time.hour12)}:${padded(time.minute)}:${padded(time.second)} ${time.hour < 12 ? "AM" : "PM"}`,
  ],
  ["R", (time) => `${padded(time.hour)}:${padded(time.minute)}`],
  ["s", (time) => String(time.epochSecond)],
  ["S", (time) => padded(time.second)],
  ["T", clock],
  ["X", clock],
  ["u", (time) => String(time.weekday || 7)],
  ["w", (time) => String(time.weekday)],
  ["U", (time) => padded(time.weekOfYear(0))],
  ["W", (time) => padded(time.weekOfYear(1))],
  ["V", (time) => padded(time.isoWeek.week)],
  ["ET", () => "T"],
  ["Ez", (time) => time.zoneText.replace(MINUTES, ":$&")],
  ["E*z", (time) => `${time.zoneText.replace(MINUTES, ":$&")}:00`],
  ["E4Y", (time) => padded(time.year, 4)],
  ["y", (time) => padded(time.year % 100)],
  ["Y", (time) => padded(time.year, 4)],
  ["z", (time) => time.zoneText],
  ["Z", (time) => time.zoneName],
]);

function day(time: CalendarTime): string {
  return `${time.weekdayName.slice(0, 3)} ${time.monthName.slice(0, 3)}`;
}

function slashDate(time: CalendarTime): string {
  return `${padded(time.month + 1)}/${padded(time.day)}/${padded(time.year % 100)}`;
}
