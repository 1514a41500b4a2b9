-- Asks for another object with every request, so that every answer takes a fresh signature.

local cookie = os.getenv("BENCH_COOKIE")
local prefix = os.getenv("BENCH_TARGET")
local first = tonumber(os.getenv("BENCH_FIRST"))
local number = first

function init()
  wrk.headers["Cookie"] = cookie
end

function request()
  number = number + 1
  return wrk.format("GET", string.format("%s%010d.png", prefix, number))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("result %d %d %d %.1f %.1f\n",
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
