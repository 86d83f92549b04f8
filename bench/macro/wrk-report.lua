-- Prints what wrk counted as one line of JSON: its own summary rounds, and hides what did not happen.
done = function(summary, latency, requests)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\n{"requests":%d,"bytes":%d,"microseconds":%d,"p99Microseconds":%d,"notOk":%d,"failures":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(99), errors.status, failures))
end
