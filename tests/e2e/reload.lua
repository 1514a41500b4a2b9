-- Asks without a pause, for another object each time, and looks at all that each answer's configuration decided: `one` and
-- `two` have nothing in common.

local threads = {}
local lives = { one = "X-Amz-Expires=600&", two = "X-Amz-Expires=1200&" }
local number = 0
one, two, wrong, example = 0, 0, 0, ""

function setup(thread)
  table.insert(threads, thread)
end

function init()
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("RELOAD_TOKEN")
end

function request()
  number = number + 1
  return wrk.format("GET", "/?url=s3://ml/run/" .. number .. ".png")
end

local function is_of(name, headers)
  local location = headers["location"] or ""
  local function has(text)
    return location:find(text, 1, true)
  end
  return headers["x-presign-backend"] == name
    and has("https://" .. name .. ".example/ml-" .. name .. "/run/") == 1
    and has("X-Amz-Credential=AKIA" .. name .. "%2F")
    and has(lives[name])
end

function response(status, headers, body)
  local name = headers["x-presign-rule"]
  if status ~= 302 or not lives[name] or not is_of(name, headers) then
    wrong = wrong + 1
    example = status .. " " .. (headers["location"] or body)
  elseif name == "one" then
    one = one + 1
  else
    two = two + 1
  end
end

function done(summary, latency)
  local counts, errors = { one = 0, two = 0, wrong = 0 }, summary.errors
  for _, thread in ipairs(threads) do
    for name in pairs(counts) do
      counts[name] = counts[name] + thread:get(name)
    end
    example = example .. thread:get("example")
  end
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  local rate = summary.requests / summary.duration * 1e6
  io.write(string.format('result {"rate": %.0f, "lost": %d, "one": %d, "two": %d, "wrong": %d}\n%s\n',
    rate, lost, counts.one, counts.two, counts.wrong, example))
end
