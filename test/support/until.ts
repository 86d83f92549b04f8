/** Long enough for a loaded machine; a test that passes waits only as long as it must. */
const WAIT_MS = 10_000;

/** Asks again and again until the answer is yes: for what can be read but not waited for, such as the admin's stats. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not within ${WAIT_MS} ms: ${what}`);
  }
}
