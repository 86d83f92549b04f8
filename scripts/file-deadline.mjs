/*
 * Loaded into every test process (`--import`). Newer Nodes apply --test-timeout to single tests only, so a file that
 * keeps its event loop alive after its last test would hold up the run for ever. Here it fails instead.
 */
const deadlineMs = Number(process.env.SLUICE_TEST_FILE_DEADLINE_MS);

// The runner itself loads this as well, and may take as long as all its files together.
if (process.env.NODE_TEST_CONTEXT !== undefined) setTimeout(giveUp, deadlineMs).unref();

function giveUp() {
  const held = process.getActiveResourcesInfo().join(", ");
  console.error(`${process.argv[1]}: not done after ${deadlineMs} ms; still open: ${held}`);
  process.exit(1);
}
