import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptedConnection, connectionOn, FakeSocket, patterned } from "./network.test.support.js";

describe("Connection: writing", () => {
  test("what is written during one event leaves in one write", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection, stats } = connectionOn(socket);
    dispatcher.inEvent(() => {
      connection.writeText("head\r\n\r\n");
      connection.writeBytes(Buffer.from("body"));
      connection.writeText("\r\n");
      assert.deepEqual(socket.calls, []);
    });
    dispatcher.runUntilIdle();
    assert.deepEqual(socket.calls, ["text 14"]);
    assert.equal(socket.text, "head\r\n\r\nbody\r\n");
    assert.equal(stats.value("tx"), 14);
  });

  test("what is written outside of any event leaves soon after", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection } = connectionOn(socket);
    connection.writeText("a");
    connection.writeText("b");
    assert.deepEqual(socket.calls, []);
    dispatcher.runUntilIdle();
    assert.deepEqual(socket.calls, ["text 2"]);
  });

  test("what is written before the connection stands leaves when it does, whatever it was read into", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection, probe, context } = connectionOn(socket, { connected: false });
    const { readBuffers } = context;
    dispatcher.inEvent(() => {
      readBuffers.shared.fill("x");
      readBuffers.beginRead(readBuffers.shared);
      connection.writeBytes(readBuffers.shared.subarray(0, 4));
    });
    readBuffers.endRead(4);
    readBuffers.shared.fill("y");
    dispatcher.runUntilIdle();
    assert.deepEqual(socket.calls, []);
    dispatcher.inEvent(() => socket.callbacks?.onSocketConnected());
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["connected"]);
    assert.equal(socket.text, "xxxx");
  });

  test("after the end nothing is written", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection } = connectionOn(socket);
    dispatcher.inEvent(() => {
      connection.writeText("before");
      connection.close("flushWrite", "test");
      connection.writeText("after");
      connection.writeBytes(Buffer.from("after"));
    });
    dispatcher.runUntilIdle();
    assert.equal(socket.text, "before");
  });
});

describe("Connection: watermarks", () => {
  function writeWithUnsent(unsentBytes: number, bufferLimitBytes = 1_000) {
    const socket = new FakeSocket();
    const run = connectionOn(socket, { bufferLimitBytes });
    const write = (unsent: number): void => {
      socket.unsentBytes = unsent;
      run.dispatcher.inEvent(() => run.connection.writeText("x"));
      run.dispatcher.runUntilIdle();
    };
    const drain = (unsent: number): void => {
      socket.unsentBytes = unsent;
      run.dispatcher.inEvent(() => socket.callbacks?.onSocketWritable());
    };
    write(unsentBytes);
    return { ...run, write, drain };
  }

  test("high is told above the limit, low at half of it, each once", () => {
    const { probe, write, drain, connection } = writeWithUnsent(1_000);
    assert.deepEqual(probe.events, []);
    write(1_001);
    write(5_000);
    assert.deepEqual(probe.events, ["above"]);
    assert.equal(connection.isAboveHighWatermark, true);
    drain(501);
    assert.deepEqual(probe.events, ["above"]);
    drain(500);
    drain(0);
    assert.deepEqual(probe.events, ["above", "below"]);
    write(1_001);
    drain(0);
    assert.deepEqual(probe.events, ["above", "below", "above", "below"]);
  });

  test("0 is no limit", () => {
    assert.deepEqual(writeWithUnsent(10_000_000, 0).probe.events, []);
  });

  test("nothing is told of a connection that was closed", () => {
    const { probe, drain, connection, dispatcher } = writeWithUnsent(1_001);
    dispatcher.inEvent(() => connection.close("flushWrite", "test"));
    drain(0);
    assert.deepEqual(probe.events, ["above", "localClose"]);
  });

  test("with a real window: the peer's reading brings it below", () => {
    const { dispatcher, connection, probe, peer } = acceptedConnection(
      { link: { windowBytes: 1_000 } },
      { bufferLimitBytes: 10_000 },
    );
    peer.pauseReading();
    dispatcher.inEvent(() => connection.writeBytes(patterned(20_000)));
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["above"]);
    peer.resumeReading();
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["above", "below"]);
    assert.ok(peer.receivedBytes.equals(patterned(20_000)));
  });
});

describe("Connection: readDisable", () => {
  test("costs the socket nothing while nothing comes", () => {
    const socket = new FakeSocket();
    const { connection, dispatcher } = connectionOn(socket);
    for (let i = 0; i < 3; i++) connection.readDisable(true);
    for (let i = 0; i < 3; i++) connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.deepEqual(socket.calls, []);
  });

  test("is counted; the first bytes meanwhile are held and pause the socket", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection({ link: { windowBytes: 100 } });
    connection.readDisable(true);
    connection.readDisable(true);
    peer.send(patterned(1_000));
    dispatcher.runUntilIdle();
    assert.equal(probe.reads.length, 0);
    assert.ok(peer.unsentBytes >= 800, "the peer was not stopped");
    assert.equal(connection.hasUnreadBytes, true);
    connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.equal(probe.reads.length, 0);
    connection.readDisable(false);
    assert.equal(probe.reads.length, 0, "not within the call");
    dispatcher.runUntilIdle();
    assert.equal(probe.received, patterned(1_000).toString("latin1"));
    assert.equal(connection.hasUnreadBytes, false);
  });

  test("disabled again before the held bytes are delivered, they stay", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    connection.readDisable(true);
    peer.send("held");
    dispatcher.runUntilIdle();
    connection.readDisable(false);
    connection.readDisable(true);
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "");
    connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "held");
  });

  test("enabled and disabled within the delivery", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection({ link: { readSplit: [3] } });
    connection.readDisable(true);
    peer.send("abcdefghi");
    dispatcher.runUntilIdle();
    probe.whenData = () => connection.readDisable(true);
    for (const expected of ["abc", "abcdef", "abcdefghi"]) {
      connection.readDisable(false);
      dispatcher.runUntilIdle();
      assert.equal(probe.received, expected);
    }
  });

  test("a FIN is seen while no bytes wait, and behind the bytes when some do", () => {
    const quiet = acceptedConnection();
    quiet.connection.readDisable(true);
    quiet.peer.end();
    quiet.dispatcher.runUntilIdle();
    assert.deepEqual(quiet.probe.events, ["remoteClose"]);
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    connection.readDisable(true);
    peer.send("bytes");
    peer.end();
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, []);
    connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "bytes");
    assert.deepEqual(probe.events, ["remoteClose"]);
  });
});

describe("Connection: unread", () => {
  test("what was handed back comes again on a later turn, before what came after it", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection({ link: { readSplit: [4] } });
    let first = true;
    probe.whenData = (data) => {
      if (first) connection.unread(data.subarray(1));
      first = false;
    };
    peer.send("abcdefgh");
    dispatcher.runUntilIdle();
    const texts = probe.reads.map((read) => read.toString());
    assert.equal(texts[0], "abcd");
    assert.equal(texts.slice(1).join(""), "bcdefgh");
  });

  test("while reading is disabled it waits", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    probe.whenData = (data) => {
      if (probe.reads.length > 1) return;
      connection.readDisable(true);
      connection.unread(data.subarray(2));
    };
    peer.send("abcd");
    dispatcher.runUntilIdle();
    peer.send("ef");
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "abcd");
    assert.equal(connection.hasUnreadBytes, true);
    connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "abcdcdef");
  });

  test("is forgotten when the connection ends first", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    probe.whenData = (data) => {
      connection.unread(data.subarray(1));
      connection.close("noFlush", "test");
    };
    peer.send("abcd");
    dispatcher.runUntilIdle();
    assert.equal(probe.reads.length, 1);
  });

  test("bytes outlive the memory that they were read into", () => {
    for (const size of [100, 30_000]) {
      const { connection, dispatcher, probe, peer } = acceptedConnection();
      // The second read comes in memory of the connection's own.
      for (const bytes of [patterned(20_000), patterned(size)]) {
        connection.readDisable(true);
        peer.send(bytes);
        dispatcher.runUntilIdle();
        connection.readDisable(false);
        dispatcher.runUntilIdle();
      }
      assert.ok(Buffer.concat(probe.reads).equals(Buffer.concat([patterned(20_000), patterned(size)])));
    }
  });
});

describe("Connection: closing", () => {
  test("noFlush drops what was written", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    dispatcher.inEvent(() => {
      connection.writeText("lost");
      connection.close("noFlush", "test");
      assert.deepEqual(probe.events, ["localClose"], "told at once");
    });
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "");
    assert.equal(peer.fate, "closed");
  });

  test("reset is seen as one", () => {
    const { connection, dispatcher, peer } = acceptedConnection();
    dispatcher.inEvent(() => connection.close("reset", "test"));
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "reset");
  });

  test("flushWrite sends what was written, then FIN", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection({ link: { windowBytes: 100 } });
    dispatcher.inEvent(() => {
      connection.writeBytes(patterned(5_000));
      connection.close("flushWrite", "test");
      assert.deepEqual(probe.events, ["localClose"]);
    });
    dispatcher.runUntilIdle();
    assert.ok(peer.receivedBytes.equals(patterned(5_000)));
    assert.equal(peer.fate, "closed");
  });

  test("flushWrite gives a slow peer its time, as long as it takes anything", () => {
    const { connection, dispatcher, peer, stats } = acceptedConnection({ link: { windowBytes: 100 } });
    peer.pauseReading();
    dispatcher.inEvent(() => {
      connection.writeBytes(patterned(2_000));
      connection.close("flushWrite", "test");
    });
    for (let second = 0; second < 60; second++) {
      peer.resumeReading();
      dispatcher.runFor(0.5);
      peer.pauseReading();
      dispatcher.runFor(800);
    }
    peer.resumeReading();
    dispatcher.runUntilIdle();
    assert.ok(peer.receivedBytes.equals(patterned(2_000)));
    assert.equal(stats.value("delayed_close_timeouts"), 0);
  });

  test("flushWrite does not wait for ever for a peer that never reads", () => {
    const { connection, dispatcher, peer, stats } = acceptedConnection({ link: { windowBytes: 100 } });
    peer.pauseReading();
    dispatcher.inEvent(() => {
      connection.writeBytes(patterned(5_000));
      connection.close("flushWrite", "test");
    });
    dispatcher.runFor(900);
    assert.equal(stats.value("delayed_close_timeouts"), 0);
    dispatcher.runFor(3_000);
    assert.equal(stats.value("delayed_close_timeouts"), 1);
    peer.resumeReading();
    dispatcher.runUntilIdle();
    assert.ok(peer.receivedBytes.length < 5_000);
    assert.notEqual(peer.fate, "open");
  });

  test("flushWrite ends with the last byte, not with the first that the peer takes", () => {
    const socket = new FakeSocket();
    const { connection, dispatcher } = connectionOn(socket);
    socket.unsentBytes = 100;
    dispatcher.inEvent(() => connection.close("flushWrite", "test"));
    for (const unsent of [60, 1]) {
      socket.unsentBytes = unsent;
      dispatcher.inEvent(() => socket.callbacks?.onSocketWritable());
      assert.deepEqual(socket.calls, ["end"]);
    }
    socket.unsentBytes = 0;
    dispatcher.inEvent(() => socket.callbacks?.onSocketWritable());
    assert.deepEqual(socket.calls, ["end", "destroy"]);
  });

  test("flushWrite goes on for a peer that has nothing more to say and still reads", () => {
    const { connection, dispatcher, peer } = acceptedConnection({ link: { windowBytes: 100 } });
    peer.closesOnEnd = false;
    dispatcher.inEvent(() => {
      connection.writeBytes(patterned(5_000));
      connection.close("flushWrite", "test");
    });
    peer.end();
    dispatcher.runUntilIdle();
    assert.ok(peer.receivedBytes.equals(patterned(5_000)));
  });

  test("flushWriteAndDelay waits for the peer's FIN, and drops what it sends until then", () => {
    const { connection, dispatcher, probe, peer, stats } = acceptedConnection();
    peer.closesOnEnd = false;
    connection.setDelayedCloseTimeout(1_000);
    dispatcher.inEvent(() => {
      connection.writeText("bye");
      connection.close("flushWriteAndDelay", "test");
    });
    dispatcher.runFor(100);
    peer.send("still sending");
    dispatcher.runFor(100);
    assert.equal(peer.received, "bye");
    assert.equal(peer.fate, "ended", "no RST for what it sends");
    peer.end();
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "closed");
    assert.equal(probe.received, "");
    assert.deepEqual(probe.events, ["localClose"]);
    dispatcher.runFor(10_000);
    assert.equal(stats.value("delayed_close_timeouts"), 0);
  });

  test("flushWriteAndDelay reads on where reading was stopped: the FIN lies behind the bytes", () => {
    const { connection, dispatcher, peer, stats } = acceptedConnection({ link: { windowBytes: 100 } });
    connection.setDelayedCloseTimeout(1_000);
    connection.readDisable(true);
    peer.send(patterned(2_000));
    dispatcher.runUntilIdle();
    dispatcher.inEvent(() => connection.close("flushWriteAndDelay", "test"));
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "closed");
    dispatcher.runFor(10_000);
    assert.equal(stats.value("delayed_close_timeouts"), 0);
  });

  test("flushWriteAndDelay ends after its timeout", () => {
    const { connection, dispatcher, peer, stats } = acceptedConnection();
    peer.closesOnEnd = false;
    connection.setDelayedCloseTimeout(1_000);
    dispatcher.inEvent(() => connection.close("flushWriteAndDelay", "test"));
    dispatcher.runFor(900);
    peer.send("a");
    dispatcher.runFor(0);
    assert.equal(stats.value("delayed_close_timeouts"), 0);
    dispatcher.runFor(400);
    assert.equal(stats.value("delayed_close_timeouts"), 1);
  });

  test("a delay of 0 is none", () => {
    const { connection, dispatcher, peer } = acceptedConnection();
    peer.closesOnEnd = false;
    dispatcher.inEvent(() => {
      connection.writeText("bye");
      connection.close("flushWriteAndDelay", "test");
    });
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "bye");
    peer.send("x");
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "reset", "our end was closed");
  });

  test("a second close is none, also one from within the first one's event", () => {
    const { connection, dispatcher, probe } = acceptedConnection();
    probe.whenEvent = () => connection.close("reset", "again");
    dispatcher.inEvent(() => connection.close("noFlush", "test"));
    dispatcher.inEvent(() => connection.close("flushWrite", "test"));
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["localClose"]);
  });

  test("bytes that come after our close are nobody's", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    peer.send("late");
    dispatcher.inEvent(() => connection.close("noFlush", "test"));
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "");
    assert.deepEqual(probe.events, ["localClose"]);
  });

  test("a connect that is given up", () => {
    for (const type of ["noFlush", "flushWrite", "flushWriteAndDelay", "reset"] as const) {
      const socket = new FakeSocket();
      const { connection, dispatcher, probe } = connectionOn(socket, { connected: false });
      dispatcher.inEvent(() => connection.close(type, "test"));
      assert.deepEqual(probe.events, ["localClose"]);
      assert.deepEqual(socket.calls, [type === "reset" ? "reset" : "destroy"]);
      dispatcher.inEvent(() => socket.callbacks?.onSocketConnected());
      assert.deepEqual(probe.events, ["localClose"]);
    }
  });
});

describe("Connection: the peer ends it", () => {
  test("by FIN", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    peer.send("last words");
    peer.end();
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "last words");
    assert.deepEqual(probe.events, ["remoteClose"]);
    assert.equal(connection.closeError, null);
    assert.equal(connection.isOpen, false);
  });

  test("by RST, which is told with its code", () => {
    const { connection, dispatcher, probe, peer } = acceptedConnection();
    peer.reset();
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["remoteClose"]);
    assert.equal(connection.closeError?.code, "ECONNRESET");
  });

  test("before the connection stands: the error is there when the event is told", () => {
    const socket = new FakeSocket();
    const { connection, dispatcher, probe } = connectionOn(socket, { connected: false });
    let code = "";
    probe.whenEvent = () => {
      code = connection.closeError?.code ?? "";
    };
    dispatcher.inEvent(() => socket.callbacks?.onSocketClosed({ code: "ECONNREFUSED", message: "" }));
    assert.deepEqual(probe.events, ["remoteClose"]);
    assert.equal(code, "ECONNREFUSED");
  });

  test("while we still flush to it", () => {
    const { connection, dispatcher, probe, peer, stats } = acceptedConnection({ link: { windowBytes: 100 } });
    peer.pauseReading();
    dispatcher.inEvent(() => {
      connection.writeBytes(patterned(5_000));
      connection.close("flushWrite", "test");
    });
    peer.reset();
    dispatcher.runFor(10_000);
    assert.deepEqual(probe.events, ["localClose"]);
    assert.equal(stats.value("delayed_close_timeouts"), 0);
  });
});
