-- What of a record is shipped. The application writes whole requests and answers into its log files: passwords, session
-- tokens, API keys, OAuth tokens, prompts. So only fields that are listed leave the pod, and in what they hold everything
-- that looks like a credential is masked.
local DEBUG = {{ .Values.storage.logs.fluentbit.shipDebug }}
local HEALTH_CHECKS = {{ .Values.storage.logs.fluentbit.shipHealthChecks }}
local UUID = "^%x+%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x+$"
local API_KEY_PREFIX = {{ include "claude-relay.fluentbit.luaText" .Values.config.apiKeyPrefix }}
local FIELDS = {
  file = true, lvl = true, msg = true, requestId = true, accountId = true, apiKeyId = true, key = true,
  code = true, status = true, statusCode = true, stack = true,
{{- range .Values.storage.logs.fluentbit.extraFields }}
  [{{ include "claude-relay.fluentbit.luaText" . }}] = true,
{{- end }}
}

-- Messages of these levels quote parts of requests and answers.
local DEBUG_LEVELS = { http = true, verbose = true, debug = true, silly = true }
local MASK = "[masked]"
local LONGEST = 8192
-- Shorter words are no credentials.
local SHORTEST = 8
-- The last part of a key's name, in lower case and without separators, that says that its value is a credential.
local SECRET_NAMES = {
  "password", "passwd", "passphrase", "secret", "token", "apikey", "authorization", "cookie", "credential", "credentials",
  "privatekey", "accesskey", "secretkey", "authorizationcode", "codeverifier", "sessionkey", "sessionid", "pwd",
}
-- Headers whose unquoted value goes on to the end of the line.
local SECRET_HEADERS = { "authorization", "cookie" }
-- How well-known credentials begin.
local SECRET_PREFIXES = {
  "sk-", "fk-", "AIza", "ya29", "ghp_", "gho_", "ghs_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "ASIA", "eyJ",
}
-- Requests of probes and Prometheus, and what they lead to.
local PROBED = { ["/"] = true, ["/health"] = true, ["/metrics"] = true, ["/admin-next/api-stats"] = true }

local function ends_with_one(name, endings)
  local word = name:lower():gsub("[%-_.]", "")
  for _, ending in ipairs(endings) do
    if word:sub(-#ending) == ending then
      return true
    end
  end
  return false
end

local function is_secret_name(name)
  return ends_with_one(name, SECRET_NAMES)
end

local function masked_word(word)
  if #word < SHORTEST then
    return nil
  end
  for _, prefix in ipairs(SECRET_PREFIXES) do
    if word:sub(1, #prefix) == prefix then
      return MASK
    end
  end
  if API_KEY_PREFIX ~= "" and #word >= 24 and word:sub(1, #API_KEY_PREFIX) == API_KEY_PREFIX then
    return MASK
  end
  -- Long random texts. A UUID has 36 characters and is an id; the name of a model has no capitals.
  if word:find("%d") and word:find("%a") then
    local mixed = word:find("%l") and word:find("%u") and not word:match(UUID)
    if #word >= 48 or (#word >= 32 and (mixed or not word:find("-", 1, true))) then
      return MASK
    end
  end
  return word
end

-- How many backslashes are in front of the character at `index`, up to the character at `from`.
local function backslashes_before(text, index, from)
  local count = 0
  while index - count > from and text:sub(index - count - 1, index - count - 1) == "\\" do
    count = count + 1
  end
  return count
end

-- The end of a quoted text: its quote, with as many backslashes in front of it as in front of the first one.
local function quoted_end(text, from, quote, backslashes)
  local start = from
  while true do
    local index = text:find(quote, start, true)
    if not index then
      return #text
    elseif backslashes_before(text, index, start) <= backslashes then
      return index
    end
    start = index + 1
  end
end

-- The end of the value of `name` that begins at `start`.
local function value_end(text, start, name)
  local backslashes, quote = text:match("^(\\*)([\"'])", start)
  if quote then
    return quoted_end(text, start + #backslashes + 1, quote, #backslashes)
  end
  local first = text:sub(start, start)
  if first == "{" or first == "[" then
    local _, last = text:find(first == "{" and "^%b{}" or "^%b[]", start)
    return last or #text
  end
  local ending = ends_with_one(name, SECRET_HEADERS) and "[\r\n\"']" or "[%s,;&})%]]"
  return (text:find(ending, start) or #text + 1) - 1
end

-- Whether a word behind "token:" is a word of a sentence, such as "cannot refresh the token: connect ECONNREFUSED".
local function is_prose(name, text, start)
  local word = text:match("^%a+", start) or ""
  local after = text:sub(start + #word, start + #word)
  local sentence = name:lower() == "token" and text:sub(start - 2, start - 1) == ": "
  return sentence and #word > 0 and #word < 16 and (after == " " or after == "")
end

-- `name: value`, `name=value` and the same in JSON, also in JSON that is quoted itself.
local function without_named_secrets(text)
  local parts, from = {}, 1
  while true do
    local first, last, name = text:find("%f[%w_%-.]([%w_%-.]+)\\*[\"']?%s*[:=]%s*", from)
    if not first then
      break
    end
    local masked_already = text:sub(last + 1, last + #MASK) == MASK
    if is_secret_name(name) and last < #text and not masked_already and not is_prose(name, text, last + 1) then
      parts[#parts + 1] = text:sub(from, last) .. MASK
      from = value_end(text, last + 1, name) + 1
    else
      parts[#parts + 1] = text:sub(from, last)
      from = last + 1
    end
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts)
end

-- Patterns begin at the start of a word (%f), or a long word would take the square of its length.
local function masked_text(text)
  if #text > LONGEST then
    -- A cut must not leave a part of a character.
    text = text:sub(1, LONGEST):gsub("[\194-\244]?[\128-\191]*$", "") .. "…"
  end
  if text:find("@", 1, true) then
    text = text:gsub("%f[%w+.%-]([%w+.%-]+://)[^/%s\"']*@", "%1" .. MASK .. "@")
    text = text:gsub("%f[^%s\"'/:@][^%s\"'/:@]+:[^%s\"'/:@]+@", MASK .. "@")
  end
  text = text:gsub("%?[%w_%%.%-%[%]]+=[^%s\"'<>]*", "?" .. MASK)
  text = text:gsub("[Bb][Ee][Aa][Rr][Ee][Rr]%s+[^%s\"',;}]+", MASK)
  text = text:gsub("[Bb][Aa][Ss][Ii][Cc]%s+[%w+/=_%-]+", MASK)
  if text:find("[:=]") then
    text = without_named_secrets(text)
  end
  text = text:gsub("%f[%w_%-]eyJ[%w_%-]+%.[%w_%-.]+", MASK)
  return (text:gsub("[%w_%-]+", masked_word))
end

local function masked(value, name)
  if is_secret_name(name) then
    return MASK
  elseif type(value) == "string" then
    return masked_text(value)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for key, child in pairs(value) do
    copy[type(key) == "string" and masked_text(key) or key] = masked(child, tostring(key))
  end
  return copy
end

-- The record of a token refresh: its `message` is an object.
local function flattened(record)
  local about = record.message
  if type(about) ~= "table" then
    return { file = record.file, lvl = record.level, msg = tostring(about) }
  end
  local flat = { file = record.file, lvl = record.level, msg = tostring(about.event or "token refresh") }
  for key, value in pairs(about) do
    if flat[key] == nil then
      flat[key] = value
    end
  end
  if type(about.error) == "table" then
    flat.msg = flat.msg .. ": " .. tostring(about.error.message)
    flat.code = about.error.code
  end
  return flat
end

local function is_probed(method, path)
  local plain = path:lower():gsub("(.)/+$", "%1")
  return method == "GET" and PROBED[plain] == true
end

-- Whether a record only says that a health check went well.
local function is_health_check(record)
  if type(record.method) == "string" and type(record.path) == "string" and type(record.status) == "number" then
    return record.status < 400 and is_probed(record.method, record.path)
  end
  local method, path = record.msg:match("Incoming request %- method: (%u+), path: ([^%s,]+)")
  return record.msg:find("health%-check completed") ~= nil or (method ~= nil and is_probed(method, path))
end

-- An access line names the request in its message.
local function add_request(shipped, message)
  local start, status, method, path, duration, bytes = message:match("^(.-)(%d%d%d) (%u+) (%S+)%s+(%d+)ms (%d+)B$")
  if not status then
    return
  end
  path = masked_text((path:gsub("[?#].*", "")))
  shipped.method, shipped.path = method, path
  shipped.status, shipped.duration_ms, shipped.bytes = tonumber(status), tonumber(duration), tonumber(bytes)
  shipped.msg = ("%s%s %s %s  %sms %sB"):format(start, status, method, path, duration, bytes)
end

-- What is shipped of a record; nil where it is left out.
local function shipped_of(timestamp, record)
  if record.msg == nil and (record.message ~= nil or record.level ~= nil) then
    record = flattened(record)
  elseif record.msg == nil then
    -- A line that is not JSON can be a part of anything.
    local length = #tostring(record.log or "")
    record = { file = record.file, lvl = "warn", msg = ("a line of %d bytes that is not JSON is left out"):format(length) }
  end
  local message = type(record.msg) == "string" and record.msg or "a message that is not a text is left out"
  local shipped = {}
  for name, value in pairs(record) do
    if FIELDS[name] and name ~= "msg" then
      shipped[name] = masked(value, name)
    end
  end
  shipped.msg = masked_text(message)
  add_request(shipped, message)
  if not DEBUG and DEBUG_LEVELS[shipped.lvl] or not HEALTH_CHECKS and is_health_check(shipped) then
    return nil
  end
  shipped.ts = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(timestamp))
  return shipped
end

-- Fluent Bit ships all that it has read as it is when a script fails, so this one never does.
function ship(_, timestamp, record)
  local done, shipped = pcall(shipped_of, timestamp, record)
  if not done then
    shipped = { lvl = "error", msg = "a record that the chart's filter cannot read is left out" }
  elseif shipped == nil then
    return -1, timestamp, record
  end
  return 2, timestamp, shipped
end
