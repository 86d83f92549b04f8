import type { Passage, Script } from "./passage.test.support.js";
import { type Case, testBothDirections } from "./passage-case.test.support.js";

/** Lets a message pass. */
const CONTINUE: Script = {};
const PASSING: readonly Case[] = [
  {
    name: "headers that end the message",
    filters: { A: CONTINUE, B: CONTINUE },
    run: (p) => p.headers(true),
    log: ["A headers.end", "B headers.end", "> headers.end"],
  },
  {
    name: "a body, piece by piece",
    filters: { A: CONTINUE, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.data("y", true);
    },
    log: [
      ...["A headers", "B headers", "> headers"],
      ...["A data(x)", "B data(x)", "> data(x)"],
      ...["A data(y).end", "B data(y).end", "> data(y).end"],
    ],
  },
  {
    name: "trailers end the message, no data does",
    filters: { A: CONTINUE, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
      ...["A trailers(t=1)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "a filter is told once that it has seen all",
    filters: { A: { complete: () => {} }, B: { complete: () => {} } },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
      ...["A trailers(t=1)", "A complete", "B trailers(t=1)", "B complete", "> trailers(t=1)"],
    ],
  },
  {
    name: "also by headers, or data, that end the message",
    filters: { A: { headers: "continueAndDontEndStream", complete: () => {} }, B: { complete: () => {} } },
    run: (p) => {
      p.headers(true);
      p.filter("A").inject("x", true);
    },
    log: ["A headers.end", "A complete", "B headers", "> headers", "B data(x).end", "B complete", "> data(x).end"],
  },
];

const STOP_ITERATION: readonly Case[] = [
  {
    name: "headers wait for continue",
    filters: { A: { headers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.log.push("later");
      p.filter("A").continue();
    },
    log: ["A headers.end", "later", "B headers.end", "> headers.end"],
  },
  {
    name: "data still come to the filter; continue for data lets the headers go first",
    filters: { A: { headers: "stopIteration", data: ["stopIterationAndBuffer", "continue"] }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.data("y", true);
    },
    log: [
      ...["A headers", "A data(x)", "A data(y).end"],
      ...["B headers", "> headers", "B data(xy).end", "> data(xy).end"],
    ],
  },
  {
    name: "after continue, data pass without waiting",
    filters: { A: { headers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.filter("A").continue();
      p.data("x", true);
    },
    log: ["A headers", "B headers", "> headers", "A data(x).end", "B data(x).end", "> data(x).end"],
  },
  {
    name: "what was buffered at the end goes on with the end",
    filters: { A: { headers: "stopIteration", data: "stopIterationAndBuffer" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.data("y", true);
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "A data(x)", "A data(y).end"],
      ...["B headers", "> headers", "B data(xy).end", "> data(xy).end"],
    ],
  },
  {
    name: "buffered data before the end go on without it",
    filters: { A: { data: ["stopIterationAndBuffer", "continue"] }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.filter("A").continue();
      p.data("y", true);
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)"],
      ...["B data(x)", "> data(x)", "A data(y).end", "B data(y).end", "> data(y).end"],
    ],
  },
  {
    name: "trailers held by the filter that stopped follow its data",
    filters: { A: { data: "stopIterationAndBuffer", trailers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "A trailers(t=1)"],
      ...["B data(x)", "> data(x)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "continue for trailers lets headers and data go first",
    filters: { A: { headers: "stopIteration", data: "stopIterationAndBuffer" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
    },
    log: [
      ...["A headers", "A data(x)", "A trailers(t=1)"],
      ...["B headers", "> headers", "B data(x)", "> data(x)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "trailers alone may be held",
    filters: { A: { trailers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
      p.log.push("later");
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
      ...["A trailers(t=1)", "later", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "nothing follows the trailers",
    filters: { A: CONTINUE, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.trailers();
      p.filter("A").inject("late", true);
    },
    log: ["A headers", "B headers", "> headers", "A trailers(t=1)", "B trailers(t=1)", "> trailers(t=1)"],
  },
  {
    name: "a filter that goes on twice goes on once",
    filters: { A: { headers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.filter("A").continue();
      p.filter("A").continue();
    },
    log: ["A headers.end", "B headers.end", "> headers.end"],
  },
  {
    name: "a filter that goes on within its callback goes on after it",
    filters: {
      A: {
        headers: (filter) => {
          filter.continue();
          return "stopIteration";
        },
        data: (filter) => {
          filter.continue();
          return "stopIterationAndBuffer";
        },
        trailers: (filter) => {
          filter.continue();
          return "stopIteration";
        },
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
      ...["A trailers(t=1)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "the headers that it held go on after it, too",
    filters: {
      A: {
        headers: "stopIteration",
        data: (filter) => {
          filter.continue();
          filter.add("still here: ");
          return "stopIterationAndBuffer";
        },
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
    },
    log: ["A headers", "A data(x)", "B headers", "> headers", "B data(still here: x)", "> data(still here: x)"],
  },
  {
    name: "a filter that passes on has gone on: the next stop is a stop",
    filters: {
      A: {
        headers: (filter) => {
          filter.continue();
          return "continue";
        },
        data: "stopIterationAndBuffer",
      },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
    },
    log: ["A headers", "> headers", "A data(x)"],
  },
  {
    name: "continue that nobody waits for does nothing",
    filters: {
      A: CONTINUE,
      B: { headers: "stopIteration", data: "stopIterationAndBuffer", trailers: "stopIteration" },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
      p.filter("A").continue();
    },
    log: ["A headers", "B headers", "A data(x)", "B data(x)", "A trailers(t=1)", "B trailers(t=1)"],
  },
];

const NO_BUFFER: readonly Case[] = [
  {
    name: "a filter that took the last bytes still passes the end on",
    filters: { A: { data: "stopIterationNoBuffer" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("A").continue();
    },
    log: ["A headers", "B headers", "> headers", "A data(x).end", "B data().end", "> data().end"],
  },
  {
    name: "a filter that took some bytes passes nothing on for them",
    filters: { A: { data: ["stopIterationNoBuffer", "continue"] }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.filter("A").continue();
      p.data("y", true);
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)"],
      ...["A data(y).end", "B data(y).end", "> data(y).end"],
    ],
  },
  {
    name: "a filter that sends its own pieces ends the message with the last one",
    filters: { A: { data: "stopIterationNoBuffer" }, B: CONTINUE },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("A").inject("1", false);
      p.filter("A").inject("2", true);
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x).end"],
      ...["B data(1)", "> data(1)", "B data(2).end", "> data(2).end"],
    ],
  },
  {
    name: "a filter behind it that goes on between the pieces does not end the message",
    filters: {
      A: { data: "stopIterationNoBuffer" },
      B: { data: "stopIterationAndBuffer" },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("A").inject("1", false);
      p.filter("B").continue();
      p.filter("A").inject("2", true);
      p.filter("B").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x).end", "B data(1)", "> data(1)"],
      ...["B data(2).end", "> data(2).end"],
    ],
  },
  {
    name: "nor does one that took the piece itself",
    filters: { A: { data: "stopIterationNoBuffer" }, B: { data: "stopIterationNoBuffer" } },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("A").inject("1", false);
      p.filter("B").continue();
      p.filter("A").inject("2", true);
      p.filter("B").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x).end", "B data(1)"],
      ...["B data(2).end", "> data().end"],
    ],
  },
];

const STOP_ALL: readonly Case[] = (["stopAllIterationAndBuffer", "stopAllIterationAndWatermark"] as const).flatMap(
  (stopAll) => [
    {
      name: `${stopAll}: the filter itself sees the data only when it goes on`,
      filters: { A: { headers: stopAll }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(false);
        p.data("x", false);
        p.data("y", true);
        p.log.push("later");
        p.filter("A").continue();
      },
      log: [
        ...["A headers", "later", "B headers", "> headers"],
        ...["A data(xy).end", "B data(xy).end", "> data(xy).end"],
      ],
    },
    {
      name: `${stopAll}: trailers are held, too`,
      filters: { A: { headers: stopAll }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(false);
        p.data("x", false);
        p.trailers();
        p.filter("A").continue();
      },
      log: [
        ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
        ...["A trailers(t=1)", "B trailers(t=1)", "> trailers(t=1)"],
      ],
    },
    {
      name: `${stopAll}: without body and trailers only the headers go on`,
      filters: { A: { headers: stopAll }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(true);
        p.filter("A").continue();
      },
      log: ["A headers.end", "B headers.end", "> headers.end"],
    },
    {
      name: `${stopAll}: an end without bytes is an end`,
      filters: { A: { headers: stopAll }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(false);
        p.data("", true);
        p.filter("A").continue();
      },
      log: ["A headers", "B headers", "> headers", "A data().end", "B data().end", "> data().end"],
    },
    {
      name: `${stopAll}: a body added while it waits is not for the filter that adds it`,
      filters: { A: { headers: stopAll }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(true);
        p.filter("A").add("x");
        p.filter("A").continue();
      },
      log: ["A headers.end", "B headers", "> headers", "B data(x).end", "> data(x).end"],
    },
    {
      name: `${stopAll}: the filter may stop its data again`,
      filters: { A: { headers: stopAll, data: "stopIterationAndBuffer" }, B: CONTINUE },
      run: (p: Passage) => {
        p.headers(false);
        p.data("x", true);
        p.filter("A").continue();
        p.filter("A").continue();
      },
      log: ["A headers", "B headers", "> headers", "A data(x).end", "B data(x).end", "> data(x).end"],
    },
  ],
);

testBothDirections("what nobody stops", PASSING);
testBothDirections("stopIteration", STOP_ITERATION);
testBothDirections("stopIterationNoBuffer", NO_BUFFER);
testBothDirections("stopAllIterationAndBuffer and stopAllIterationAndWatermark", STOP_ALL);
