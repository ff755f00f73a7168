-- SPDX-License-Identifier: MIT
-- errors.lua - every way in which Lua raises an error, and stops one.

local function show(...)
	print(select("#", ...), ...)
end

-- values of all kinds
for _, v in ipairs { "text", 7, 7.5, true, print } do
	show(pcall(error, v) == false, select(2, pcall(error, v)) == v)
end
show(pcall(error))
show(pcall(error, nil))
show(pcall(error, "at a level", 2))
local object = setmetatable({}, { __tostring = function() return "object" end })
show(pcall(error, object))

-- errors of the language
show(pcall(function() return 1 + {} end))
show(pcall(function() local t; return t.x end))
show(pcall(function() return #5 end))
show(pcall(function() return {} < {} end))
show(pcall(function() return ("x"):rep(-1):bad() end))
show(pcall(string.rep))
show(pcall(string.format, "%d", 1.5))
show(pcall(setmetatable, 1, 2))
show(pcall(load, nil))
show(load("x ="))
show(load("goto nowhere"))
show(pcall(load("return ...", "chunk"), 1, 2))
show(pcall(string.rep, "x", 1 << 40))
show(pcall(require, "no.such.module"))
show(select("#", pcall(io.lines, "/nonexistent")))

-- nested, and raised again
show(pcall(pcall, error, "inner"))
show(pcall(function()
	local ok, e = pcall(error, { "boxed" })
	error(e[1] .. " again", 0)
end))
local function down(n)
	if n == 0 then error("bottom", 0) end
	local ok, e = pcall(down, n - 1)
	error(e .. "," .. n, 0)
end
show(pcall(down, 20))
local function deep(n)
	if n == 0 then error("deep", 0) end
	return 1 + deep(n - 1)
end
show(pcall(deep, 5000))

-- handlers
show(xpcall(error, function(e) return "<" .. e .. ">" end, "message"))
show(xpcall(error, function(e) error(e) end, "in the handler"))
show(select("#", xpcall(error, debug.traceback, "trace")))

-- full stacks
local function endless() return 1 + endless() end
show(select(2, pcall(endless)):match("stack overflow") or "?")
local function nested() return pcall(nested) end
show(nested())
show(select(2, pcall(string.rep, "x", -1)))
local t = setmetatable({}, {})
getmetatable(t).__index = function(t, k) return t[k .. "x"] end
show((select(2, pcall(function() return t.a end)):match("overflow")))

-- coroutines
local co = coroutine.create(function(a)
	local b = coroutine.yield(a + 1)
	local ok, e = pcall(function()
		coroutine.yield(b + 1)
		error("in a coroutine", 0)
	end)
	coroutine.yield(e)
	error(object)
end)
for i = 1, 6 do
	show(coroutine.resume(co, i))
end
show(coroutine.status(co))
local gen = coroutine.wrap(function() error("wrapped", 0) end)
show(pcall(gen))
local function tower(n)
	if n == 0 then error("top", 0) end
	coroutine.wrap(tower)(n - 1)
end
show(pcall(tower, 50))
show(pcall(coroutine.yield))
show(coroutine.resume(coroutine.running()))

-- variables that are closed
local function closing(name, fails)
	return setmetatable({}, { __close = function(_, e)
		print("close", name, e)
		if fails then error(name .. " failed", 0) end
	end })
end
show(pcall(function()
	local a <close> = closing("a")
	local b <close> = closing("b", true)
	local c <close> = closing("c")
	error("body", 0)
end))
local closed = coroutine.create(function()
	local x <close> = closing("x", true)
	coroutine.yield()
end)
coroutine.resume(closed)
show(coroutine.close(closed))

-- finalizers
do
	local kept = setmetatable({}, { __gc = function() print("collected") end })
	kept = nil
	collectgarbage()
end

-- C functions between
show(pcall(table.sort, { 3, 1, 2 }, function() error("compare", 0) end))
show(pcall(string.gsub, "abc", "b", function() error("gsub", 0) end))
show(pcall(table.concat, { 1, {}, 3 }))
show(pcall(dofile, "/nonexistent"))
show(pcall(next, {}, "no key"))
show(pcall(assert, false))
show(pcall(assert, nil, object))
show(pcall(select, 0))
for i = 1, 1000 do
	pcall(error, i)
end
error({ code = 3 })
