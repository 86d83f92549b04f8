import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptedConnection, connectionOn, FakeSocket } from "./network.test.support.js";

describe("Connection: half open", () => {
  test("without leave a FIN ends the connection (docs/decisions/0007)", () => {
    const { dispatcher, peer, probe } = acceptedConnection();
    peer.end();
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["remoteClose"]);
  });

  test("the peer has ended and is still answered", () => {
    const { dispatcher, connection, peer, probe } = acceptedConnection();
    connection.allowHalfOpen();
    peer.send("last words");
    peer.end();
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "last words");
    assert.deepEqual(probe.events, ["remoteEnd"]);
    dispatcher.inEvent(() => {
      connection.writeText("answer");
      connection.endWrite();
    });
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "answer");
    assert.equal(peer.fate, "closed");
    assert.deepEqual(probe.events, ["remoteEnd", "remoteClose"], "both halves have ended, so it is gone");
  });

  test("our half ends behind what was written, and the peer goes on", () => {
    const { dispatcher, connection, peer, probe } = acceptedConnection();
    peer.closesOnEnd = false;
    connection.allowHalfOpen();
    dispatcher.inEvent(() => {
      connection.writeText("all");
      connection.endWrite();
      connection.endWrite();
    });
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "all");
    assert.equal(peer.fate, "ended");
    peer.send("more");
    peer.end();
    dispatcher.runUntilIdle();
    assert.equal(probe.received, "more");
    assert.deepEqual(probe.events, ["remoteEnd", "remoteClose"]);
  });

  test("nothing is written behind our end", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection } = connectionOn(socket);
    connection.allowHalfOpen();
    dispatcher.inEvent(() => {
      connection.endWrite();
      connection.writeText("late");
      connection.writeBytes(Buffer.from("late"));
    });
    dispatcher.runUntilIdle();
    assert.deepEqual(socket.calls, ["end"]);
  });

  test("the end is told behind the bytes that are held", () => {
    const { dispatcher, connection, peer, probe } = acceptedConnection();
    connection.allowHalfOpen();
    dispatcher.inEvent(() => connection.readDisable(true));
    peer.send("held");
    peer.end();
    dispatcher.runUntilIdle();
    assert.deepEqual([probe.received, probe.events], ["", []]);
    dispatcher.inEvent(() => connection.readDisable(false));
    dispatcher.runUntilIdle();
    assert.deepEqual([probe.received, probe.events], ["held", ["remoteEnd"]]);
  });

  test("bytes that were handed back come before the end, in the event of the end itself", () => {
    const socket = new FakeSocket();
    const { dispatcher, connection, probe } = connectionOn(socket);
    connection.allowHalfOpen();
    probe.whenData = () => {
      probe.whenData = () => {};
      connection.unread(Buffer.from("again"));
    };
    dispatcher.inEvent(() => socket.callbacks?.onSocketReadable(Buffer.from("first")));
    dispatcher.inEvent(() => socket.callbacks?.onSocketEnd());
    assert.deepEqual([probe.received, probe.events], ["firstagain", ["remoteEnd"]]);
    dispatcher.runUntilIdle();
    assert.deepEqual([probe.received, probe.events], ["firstagain", ["remoteEnd"]]);
  });

  test("a reset after the end is a close", () => {
    const { dispatcher, connection, peer, probe } = acceptedConnection();
    connection.allowHalfOpen();
    peer.end();
    dispatcher.runUntilIdle();
    peer.reset();
    dispatcher.inEvent(() => connection.writeText("into the void"));
    dispatcher.runUntilIdle();
    assert.deepEqual(probe.events, ["remoteEnd", "remoteClose"]);
    assert.notEqual(connection.closeError, null);
  });
});
