import assert from "node:assert/strict";
import { test } from "node:test";
import { ManagerRun } from "./manager.test.support.js";

test("early_header_mutation_extensions change what everything else looks at", () => {
  const run = new ManagerRun({
    config: {
      useRemoteAddress: false,
      earlyHeaderMutations: [
        { kind: "remove", name: "x-forwarded-for" },
        {
          kind: "append",
          rule: { name: "x-forwarded-for", value: "%REQ(x-real)%", action: "append", keepEmptyValue: false },
        },
        { kind: "remove", name: "x-real" },
      ],
    },
    logFormat: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %REQ(x-real)%",
  });
  run.send("GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 1.1.1.1\r\nx-real: 2.2.2.2\r\n\r\n");
  run.letOrigin((origin) => origin.answer());
  assert.deepEqual(run.log, ["2.2.2.2 -"]);
});
