-- SPDX-License-Identifier: MIT
-- times.lua WORK - what is timed of Lua.

local works = {}

function works.pcall()		-- returns
	local f = function() end
	for i = 1, 3e6 do pcall(f) end
end

function works.error()		-- is raised and stopped
	for i = 1, 1e6 do pcall(error) end
end

function works.deep()		-- is raised under 100 calls
	local function down(n)
		if n == 0 then error() end
		return 1 + down(n - 1)
	end
	for i = 1, 6e4 do pcall(down, 100) end
end

function works.resume()		-- a coroutine goes on
	local go = coroutine.wrap(function()
		while true do coroutine.yield() end
	end)
	for i = 1, 3e6 do go() end
end

function works.gsub()		-- nothing is protected
	local s = ("x "):rep(1000)
	for i = 1, 600 do s:gsub("%w", "y") end
end

works[arg[1]]()
