import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeFormat } from "./time-format.js";

const FRIDAY = Date.UTC(2016, 3, 15, 20, 7, 5, 310.5) + 0.25;

const LAYOUTS: readonly (readonly [string, string])[] = [
  ["%Y/%m/%dT%H:%M:%S%z %s", "2016/04/15T20:07:05+0000 1460750825"],
  ["%s.%1f %s.%3f %6f %9f %f", "1460750825.3 1460750825.310 310250 310250000 310250000"],
  ["%a %A %b %B %h", "Fri Friday Apr April Apr"],
  ["%c|%D|%x|%F|%T|%X|%R", "Fri Apr 15 20:07:05 2016|04/15/16|04/15/16|2016-04-15|20:07:05|20:07:05|20:07"],
  ["%C %y %e %j %k %l %I %p %r", "20 16 15 106 20  8 08 PM 08:07:05 PM"],
  ["%u %w %U %W %V %G %g %Z %%%t.", "5 5 15 15 15 2016 16 UTC %\t."],
  ["%Y-%m-%d%ET%H:%M:%E*S%Ez %E*z %E4Y", "2016-04-15T20:07:05.31025+00:00 +00:00:00 2016"],
  ["%E3S %E1S %E9f %E*f %E12f", "05.310 05.3 310250000 31025 310250000000"],
  ["", ""],
  ["plain é", "plain \xc3\xa9"],
];

for (const [layout, expected] of LAYOUTS) {
  test(`${layout} prints ${expected}`, () => {
    assert.equal(new TimeFormat(layout, false).format(FRIDAY), expected);
  });
}

test("a fraction of nothing", () => {
  assert.equal(new TimeFormat("%E*S %E*f %E3S", false).format(Date.UTC(2020, 0, 1)), "00 0 00.000");
});

test("an extension that there is not is named", () => {
  assert.throws(() => new TimeFormat("%EQ", false), /unknown time specifier %EQ/);
  assert.throws(() => new TimeFormat("%E16S", false), /unknown time specifier %E16S/);
  assert.throws(() => new TimeFormat("%E", false), /unknown time specifier %E\b/);
});

test("weeks at the turn of the year", () => {
  const weeks = new TimeFormat("%U %W %V %G", false);
  assert.equal(weeks.format(Date.UTC(2021, 0, 3)), "01 00 53 2020");
  assert.equal(weeks.format(Date.UTC(2024, 11, 30)), "52 53 01 2025");
  assert.equal(weeks.format(Date.UTC(2023, 0, 1)), "01 00 52 2022");
});

test("local time is the machine's", () => {
  const local = new TimeFormat("%Y-%m-%d %H:%M:%S %z", true).format(FRIDAY);
  const date = new Date(FRIDAY);
  const minutes = -date.getTimezoneOffset();
  const zone = `${minutes < 0 ? "-" : "+"}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0")}`;
  assert.ok(local.includes(` ${String(date.getHours()).padStart(2, "0")}:07:05`) || minutes % 60 !== 0);
  assert.ok(local.includes(zone));
});

test("midnight and noon on a clock face", () => {
  const face = new TimeFormat("%I %p", false);
  assert.equal(face.format(Date.UTC(2020, 0, 1, 0)), "12 AM");
  assert.equal(face.format(Date.UTC(2020, 0, 1, 12)), "12 PM");
});
