import type { Passage, Script, ScriptedFilter } from "./passage.test.support.js";
import { type Case, testBothDirections } from "./passage-case.test.support.js";

/** Lets a message without a body pass, and one with body and trailers. */
const CONTINUE: Script = {};
const ADD_LAST_TRAILERS: Script = {
  data: (filter) => {
    filter.addTrailer("added", "yes");
    return "continue";
  },
};

/** Puts a text before what follows, and lets it pass. */
function adding(text: string): (filter: ScriptedFilter) => "continue" {
  return (filter) => {
    filter.add(text);
    return "continue";
  };
}

function sendOnePiece(p: Passage): void {
  p.headers(false);
  p.data("x", true);
}

function sendTwoPieces(p: Passage): void {
  p.headers(false);
  p.data("x", false);
  p.data("y", true);
}

const ADDED_BODY: readonly Case[] = [
  {
    name: "a body added with the headers is new to the filters behind",
    filters: {
      A: {
        headers: adding("x"),
      },
      B: CONTINUE,
    },
    run: (p) => p.headers(true),
    log: ["A headers.end", "B headers", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "also when the headers go on later",
    filters: { A: { headers: "stopIteration" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.filter("A").add("x");
      p.filter("A").add("y");
      p.filter("A").continue();
    },
    log: ["A headers.end", "B headers", "> headers", "B data(xy).end", "> data(xy).end"],
  },
  {
    name: "a filter behind that stops at the headers gets it all the same",
    filters: {
      A: {
        headers: adding("x"),
      },
      B: { headers: "stopIteration", data: "stopIterationAndBuffer" },
    },
    run: (p) => {
      p.headers(true);
      p.filter("B").continue();
    },
    log: ["A headers.end", "B headers", "B data(x).end", "> headers", "> data(x).end"],
  },
  {
    name: "it is added while an earlier filter goes on, and a later one stops all",
    filters: {
      A: { headers: "stopIteration" },
      B: {
        headers: adding("x"),
      },
      C: { headers: "stopAllIterationAndBuffer" },
    },
    run: (p) => {
      p.headers(true);
      p.filter("A").continue();
      p.log.push("later");
      p.filter("C").continue();
    },
    log: [
      ...["A headers.end", "B headers.end", "C headers", "later"],
      ...["> headers", "C data(x).end", "> data(x).end"],
    ],
  },
  {
    name: "two filters add: the body of the one in front comes behind what the other put before it",
    filters: {
      A: {
        headers: adding("a"),
      },
      B: {
        headers: adding("b"),
      },
    },
    run: (p) => p.headers(true),
    log: ["A headers.end", "B headers", "> headers", "B data(a).end", "> data(ba).end"],
  },
  {
    name: "bytes added before a body that follows go first",
    filters: {
      A: {
        headers: adding("x"),
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.data("y", true);
    },
    log: [
      ...["A headers", "B headers", "> headers", "B data(x)", "> data(x)"],
      ...["A data(y).end", "B data(y).end", "> data(y).end"],
    ],
  },
  {
    name: "data added at the trailers go before them",
    filters: {
      A: {
        trailers: adding("x"),
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.trailers();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A trailers(t=1)"],
      ...["B data(x)", "> data(x)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
  {
    name: "data added at the trailers, where headers wait, wait with them",
    filters: {
      A: {
        headers: "stopIteration",
        trailers: adding("x"),
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.trailers();
    },
    log: [
      ...["A headers", "A trailers(t=1)", "B headers", "> headers"],
      ...["B data(x)", "> data(x)", "B trailers(t=1)", "> trailers(t=1)"],
    ],
  },
];

const DELAYED_END: readonly Case[] = [
  {
    name: "the filter ends the message with what it injects",
    filters: { A: { headers: "continueAndDontEndStream" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.log.push("later");
      p.filter("A").inject("x", false);
      p.filter("A").inject("y", true);
    },
    log: [
      ...["A headers.end", "B headers", "> headers", "later"],
      ...["B data(x)", "> data(x)", "B data(y).end", "> data(y).end"],
    ],
  },
  {
    name: "or adds it and goes on",
    filters: { A: { headers: "continueAndDontEndStream" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.filter("A").add("x");
      p.filter("A").continue();
    },
    log: ["A headers.end", "B headers", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "or ends it without a byte",
    filters: { A: { headers: "continueAndDontEndStream" }, B: CONTINUE },
    run: (p) => {
      p.headers(true);
      p.filter("A").continue();
    },
    log: ["A headers.end", "B headers", "> headers", "B data().end", "> data().end"],
  },
  {
    name: "a later filter that stopped goes on without the end",
    filters: { A: { headers: "continueAndDontEndStream" }, B: { headers: "stopIteration" } },
    run: (p) => {
      p.headers(true);
      p.filter("B").continue();
      p.filter("A").inject("x", true);
    },
    log: ["A headers.end", "B headers", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "of a message that goes on anyway it is no more than continue",
    filters: { A: { headers: "continueAndDontEndStream" }, B: CONTINUE },
    run: sendOnePiece,
    log: ["A headers", "B headers", "> headers", "A data(x).end", "B data(x).end", "> data(x).end"],
  },
];

const INJECTED: readonly Case[] = [
  {
    name: "injected data take held headers along",
    filters: { A: { headers: "stopIteration", data: "stopIterationNoBuffer" }, B: CONTINUE },
    run: (p) => {
      sendOnePiece(p);
      p.filter("A").inject("1", true);
    },
    log: ["A headers", "A data(x).end", "B headers", "> headers", "B data(1).end", "> data(1).end"],
  },
  {
    name: "within the data callback",
    filters: {
      A: {
        data: (filter) => {
          filter.inject(filter.currentData.toUpperCase(), false);
          return "stopIterationNoBuffer";
        },
      },
      B: CONTINUE,
    },
    run: (p) => {
      p.headers(false);
      p.data("x", false);
      p.data("y", false);
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(X)", "> data(X)"],
      ...["A data(y)", "B data(Y)", "> data(Y)"],
    ],
  },
  {
    name: "within the headers callback: the headers go on once, with them",
    filters: {
      A: {
        headers: (filter) => {
          filter.inject("x", true);
          return "continue";
        },
      },
      B: CONTINUE,
    },
    run: (p) => p.headers(true),
    log: ["A headers.end", "B headers", "> headers", "B data(x).end", "> data(x).end"],
  },
  {
    name: "nothing follows the end",
    filters: { A: { data: "stopIterationNoBuffer" }, B: { data: "stopIterationAndBuffer" } },
    run: (p) => {
      sendOnePiece(p);
      p.filter("A").inject("1", true);
      p.filter("A").inject("2", true);
      p.filter("A").continue();
      p.filter("B").continue();
    },
    log: ["A headers", "B headers", "> headers", "A data(x).end", "B data(1).end", "> data(1).end"],
  },
];

const REPLACED: readonly Case[] = [
  {
    name: "later filters see the replacement",
    filters: {
      A: {
        data: (filter) => {
          filter.replace(filter.currentData.toUpperCase());
          return "continue";
        },
      },
      B: CONTINUE,
    },
    run: sendTwoPieces,
    log: [
      ...["A headers", "B headers", "> headers", "A data(x)", "B data(X)", "> data(X)"],
      ...["A data(y).end", "B data(Y).end", "> data(Y).end"],
    ],
  },
  {
    name: "a replacement is what is buffered",
    filters: {
      A: {
        data: (filter) => {
          filter.replace(filter.currentData.toUpperCase());
          return "stopIterationAndBuffer";
        },
      },
    },
    run: (p) => {
      sendTwoPieces(p);
      p.filter("A").continue();
    },
    log: ["A headers", "> headers", "A data(x)", "A data(y).end", "> data(XY).end"],
  },
  {
    name: "it survives that the filter also injects",
    filters: {
      A: {
        data: (filter) => {
          filter.replace("2");
          filter.inject("1", false);
          return "continue";
        },
      },
      B: CONTINUE,
    },
    run: sendOnePiece,
    log: [
      ...["A headers", "B headers", "> headers", "A data(x).end"],
      ...["B data(1)", "> data(1)", "B data(2).end", "> data(2).end"],
    ],
  },
  {
    name: "a replacement is for one piece",
    filters: {
      A: {
        data: (filter) => {
          if (filter.currentData === "x") filter.replace("X");
          return "continue";
        },
      },
    },
    run: sendTwoPieces,
    log: ["A headers", "> headers", "A data(x)", "> data(X)", "A data(y).end", "> data(y).end"],
  },
  {
    name: "outside the data callback there is nothing to replace",
    filters: {
      A: {
        headers: (filter) => {
          filter.replace("never");
          return "continue";
        },
      },
    },
    run: (p) => {
      p.headers(false);
      p.filter("A").replace("never");
      p.data("x", true);
    },
    log: ["A headers", "> headers", "A data(x).end", "> data(x).end"],
  },
  {
    name: "the buffer can be read and replaced",
    filters: { A: { data: "stopIterationAndBuffer" } },
    run: (p) => {
      p.headers(false);
      p.log.push(`buffer ${p.filter("A").buffer}`);
      p.data("x", false);
      p.data("y", true);
      p.log.push(`buffer ${p.filter("A").buffer}`);
      p.filter("A").buffer = "z";
      p.filter("A").continue();
      p.log.push(`buffer ${p.filter("A").buffer}`);
    },
    log: [
      ...["A headers", "> headers", "buffer null", "A data(x)", "A data(y).end", "buffer xy"],
      ...["> data(z).end", "buffer null"],
    ],
  },
];

const ADDED_TRAILERS: readonly Case[] = [
  {
    name: "trailers added at the last data end the message in its place",
    filters: { A: CONTINUE, B: ADD_LAST_TRAILERS, C: CONTINUE },
    run: sendOnePiece,
    log: [
      ...["A headers", "B headers", "C headers", "> headers"],
      ...["A data(x).end", "B data(x).end", "C data(x)", "> data(x)"],
      ...["C trailers(added=yes)", "> trailers(added=yes)"],
    ],
  },
  {
    name: "a later filter that buffers sees them at once",
    filters: { A: ADD_LAST_TRAILERS, B: { data: "stopIterationAndBuffer" }, C: CONTINUE },
    run: sendOnePiece,
    log: [
      ...["A headers", "B headers", "C headers", "> headers", "A data(x).end", "B data(x)"],
      ...["B trailers(added=yes)", "C data(x)", "> data(x)", "C trailers(added=yes)", "> trailers(added=yes)"],
    ],
  },
  {
    name: "a later filter that held the headers passes them once",
    filters: { A: ADD_LAST_TRAILERS, B: { headers: "stopIteration" }, C: CONTINUE },
    run: sendOnePiece,
    log: [
      ...["A headers", "B headers", "A data(x).end", "B data(x)", "C headers", "> headers", "C data(x)", "> data(x)"],
      ...["B trailers(added=yes)", "C trailers(added=yes)", "> trailers(added=yes)"],
    ],
  },
  {
    name: "a later filter that stopped all gets them after its data",
    filters: { A: ADD_LAST_TRAILERS, B: { headers: "stopAllIterationAndBuffer" } },
    run: (p) => {
      sendOnePiece(p);
      p.filter("B").continue();
    },
    log: [
      ...["A headers", "B headers", "A data(x).end", "> headers", "B data(x)", "> data(x)"],
      ...["B trailers(added=yes)", "> trailers(added=yes)"],
    ],
  },
  {
    name: "a filter that adds them and stops passes them on when it goes on",
    filters: {
      A: {
        data: (filter) => {
          filter.addTrailer("added", "yes");
          return "stopIterationAndBuffer";
        },
      },
      B: CONTINUE,
    },
    run: (p) => {
      sendOnePiece(p);
      p.log.push("later");
      p.filter("A").continue();
    },
    log: [
      ...["A headers", "B headers", "> headers", "A data(x).end", "later"],
      ...["B data(x)", "> data(x)", "B trailers(added=yes)", "> trailers(added=yes)"],
    ],
  },
  {
    name: "before the last data there is nothing to add to",
    filters: {
      A: {
        data: (filter) => {
          if (filter.currentData === "x") filter.addTrailer("lost", "yes");
          return "continue";
        },
      },
    },
    run: (p) => {
      sendTwoPieces(p);
      p.filter("A").addTrailer("lost", "yes");
    },
    log: ["A headers", "> headers", "A data(x)", "> data(x)", "A data(y).end", "> data(y).end"],
  },
];

testBothDirections("a body that a filter adds", ADDED_BODY);
testBothDirections("continueAndDontEndStream", DELAYED_END);
testBothDirections("injected data", INJECTED);
testBothDirections("replaced data", REPLACED);
testBothDirections("added trailers", ADDED_TRAILERS);
