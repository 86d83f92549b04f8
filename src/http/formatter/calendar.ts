/*
 * The calendar fields of a moment, in UTC or the machine's zone, as `strftime` names them. Slow and rarely called:
 * `TimeFormat` asks once a second.
 */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAY_MS = 86_400_000;

/** A moment's calendar fields. */
export class CalendarTime {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly yearday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly epochSecond: number;
  /** Minutes east of UTC. */
  readonly zoneOffset: number;
  readonly zoneName: string;

  constructor(epochSecond: number, local: boolean) {
    const date = new Date(epochSecond * 1000);
    this.zoneOffset = local ? -date.getTimezoneOffset() : 0;
    this.zoneName = local ? localZoneName(date) : "UTC";
    // The local fields are the UTC fields of a moment that is moved by the zone's offset.
    const shifted = new Date(date.getTime() + this.zoneOffset * 60_000);
    this.year = shifted.getUTCFullYear();
    this.month = shifted.getUTCMonth();
    this.day = shifted.getUTCDate();
    this.weekday = shifted.getUTCDay();
    this.yearday = Math.floor((shifted.getTime() - Date.UTC(this.year, 0, 1)) / DAY_MS);
    this.hour = shifted.getUTCHours();
    this.minute = shifted.getUTCMinutes();
    this.second = shifted.getUTCSeconds();
    this.epochSecond = epochSecond;
  }

  get weekdayName(): string {
    return DAYS[this.weekday] as string;
  }

  get monthName(): string {
    return MONTHS[this.month] as string;
  }

  /** The hour on a clock face, 1 to 12. */
  get hour12(): number {
    return this.hour % 12 === 0 ? 12 : this.hour % 12;
  }

  /** Weeks that began in this year before or on this day: 0 to 53. `firstDay` 0 is Sunday. */
  weekOfYear(firstDay: 0 | 1): number {
    return Math.floor((this.yearday + 7 - ((this.weekday + 7 - firstDay) % 7)) / 7);
  }

  /** ISO 8601: the year and number of the week; week 1 holds the year's first Thursday. */
  get isoWeek(): { readonly year: number; readonly week: number } {
    const thursday = new Date(Date.UTC(this.year, this.month, this.day + 4 - (this.weekday || 7)));
    const year = thursday.getUTCFullYear();
    const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
    return { year, week };
  }

  /** `+0530` */
  get zoneText(): string {
    const minutes = Math.abs(this.zoneOffset);
    const sign = this.zoneOffset < 0 ? "-" : "+";
    return sign + String(Math.floor(minutes / 60)).padStart(2, "0") + String(minutes % 60).padStart(2, "0");
  }
}

function localZoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(date);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
