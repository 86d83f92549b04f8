import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptedConnection, patterned } from "./network.test.support.js";

describe("Connection: gauges of buffered bytes", () => {
  test("what the socket has not taken, until the peer reads it", () => {
    const { dispatcher, connection, stats, peer } = acceptedConnection({ link: { windowBytes: 1_000 } });
    peer.pauseReading();
    dispatcher.inEvent(() => connection.writeBytes(patterned(20_000)));
    dispatcher.runUntilIdle();
    const unsent = stats.value("tx_buffered");
    assert.ok(unsent >= 18_000 && unsent < 20_000, String(unsent));
    peer.resumeReading();
    dispatcher.runUntilIdle();
    assert.equal(stats.value("tx_buffered"), 0);
  });

  test("what came while reading was disabled, until it is delivered", () => {
    const { dispatcher, connection, stats, peer } = acceptedConnection();
    connection.readDisable(true);
    peer.send("held");
    dispatcher.runUntilIdle();
    assert.equal(stats.value("rx_buffered"), 4);
    connection.readDisable(false);
    dispatcher.runUntilIdle();
    assert.equal(stats.value("rx_buffered"), 0);
  });

  test("what was handed back counts, too", () => {
    const { dispatcher, connection, stats, peer } = acceptedConnection();
    connection.readDisable(true);
    dispatcher.inEvent(() => connection.unread(Buffer.from("rest")));
    assert.equal(stats.value("rx_buffered"), 4);
    peer.send("more");
    dispatcher.runUntilIdle();
    assert.equal(stats.value("rx_buffered"), 8);
  });

  test("neither outlasts the connection", () => {
    const { dispatcher, connection, stats, peer } = acceptedConnection({ link: { windowBytes: 1_000 } });
    peer.pauseReading();
    connection.readDisable(true);
    peer.send("held");
    dispatcher.inEvent(() => connection.writeBytes(patterned(20_000)));
    dispatcher.runUntilIdle();
    assert.ok(stats.value("rx_buffered") > 0 && stats.value("tx_buffered") > 0);
    dispatcher.inEvent(() => connection.close("noFlush", "test"));
    dispatcher.runUntilIdle();
    assert.deepEqual([stats.value("rx_buffered"), stats.value("tx_buffered")], [0, 0]);
  });
});
