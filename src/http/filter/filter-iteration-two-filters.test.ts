import { type Case, testBothDirections } from "./passage-case.test.support.js";

const TWO_FILTERS_STOP: readonly Case[] = [
  {
    name: "a later filter that buffers what an earlier one let go gets each byte once",
    filters: {
      A: { headers: "stopIteration", data: "stopIterationAndBuffer" },
      B: { headers: "stopIteration", data: "stopIterationAndBuffer" },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.filter("A").continue();
      p.data("y", true);
      p.filter("A").continue();
      p.filter("B").continue();
    },
    log: [
      ...["A headers", "A data(x)", "B headers", "B data(x)"],
      ...["A data(y).end", "B data(y).end", "> headers", "> data(xy).end"],
    ],
  },
  {
    name: "a later filter that goes on does not pull an earlier one's data past itself",
    filters: { A: { data: "stopIterationAndBuffer" }, B: { headers: "stopIteration" } },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("B").continue();
      p.filter("A").continue();
    },
    log: ["A headers", "B headers", "A data(x).end", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "nor its trailers",
    filters: { A: { data: "stopIterationAndBuffer", trailers: "stopIteration" }, B: { headers: "stopIteration" } },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
      p.filter("B").continue();
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "B headers", "A data(x)", "A trailers(t=1)", "> headers"],
      ...["B data(x)", "> data(x)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "a later filter that stops all holds the data that an earlier one lets go",
    filters: {
      A: { headers: "stopIteration", data: "stopIterationAndBuffer" },
      B: { headers: "stopAllIterationAndBuffer" },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", true);
      p.filter("A").continue();
      p.log.push("later");
      p.filter("B").continue();
    },
    log: ["A headers", "A data(x).end", "B headers", "later", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "three in a row",
    filters: {
      A: { headers: "stopIteration", data: "stopIterationAndBuffer", trailers: "stopIteration" },
      B: { headers: "stopAllIterationAndBuffer" },
      C: { headers: "stopIteration", data: "stopIterationAndBuffer", trailers: "stopIteration" },
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.trailers();
      p.filter("A").continue();
      p.filter("B").continue();
      p.filter("C").continue();
    },
    log: [
      ...["A headers", "A data(x)", "A trailers(t=1)", "B headers"],
      ...["C headers", "B data(x)", "C data(x)", "B trailers(t=1)", "C trailers(t=1)"],
      ...["> headers", "> data(x)", "> trailers(t=1)"],
    ],
  },
];

testBothDirections("two filters that stop", TWO_FILTERS_STOP);
