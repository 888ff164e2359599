-- Attaches our server to each file named in PROBE_FILES, prints what it says, applies the fix it prefers, writes.
-- Speaks to Neovim 0.7, which asks for nothing and is told, and to newer ones, which ask.
local seconds = 60
local cmd = vim.fn.json_decode(os.getenv("PROBE_SERVER"))

local function fail(words)
  io.stderr:write(words .. "\n")
  vim.cmd("cquit")
end

local function wait_for(what, done)
  if not vim.wait(seconds * 1000, done, 20) then
    fail("waited in vain for " .. what)
  end
end

-- Who is asked to choose among the actions takes the one that the server prefers.
vim.ui.select = function(items, _, chosen)
  for number, item in ipairs(items) do
    local action = item.action or item[2] -- since 0.10, before
    if action.isPreferred then
      return chosen(item, number)
    end
  end
  fail("no action is preferred among " .. #items)
end

local client
for _, path in ipairs(vim.fn.json_decode(os.getenv("PROBE_FILES"))) do
  vim.cmd("edit " .. vim.fn.fnameescape(path))
  local buffer = vim.api.nvim_get_current_buf()
  if not client then
    client = vim.lsp.start_client({ name = "sleeplint", cmd = cmd, root_dir = vim.fn.getcwd() })
  end
  vim.lsp.buf_attach_client(buffer, client)
  wait_for("diagnostics of " .. path, function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  local shown = vim.diagnostic.get(buffer)
  for _, diagnostic in ipairs(shown) do
    io.stdout:write(vim.fn.json_encode({
      path = path,
      line = diagnostic.lnum + 1,
      column = diagnostic.col,
      severity = diagnostic.severity,
      source = diagnostic.source,
      code = diagnostic.code,
      message = diagnostic.message,
    }) .. "\n")
  end
  vim.api.nvim_win_set_cursor(0, { shown[1].lnum + 1, shown[1].col })
  local before = vim.api.nvim_buf_get_changedtick(buffer)
  vim.lsp.buf.code_action()
  wait_for("the fix of " .. path, function()
    return vim.api.nvim_buf_get_changedtick(buffer) ~= before
  end)
  local line = shown[1].lnum
  wait_for("the end of a diagnostic of " .. path, function()
    return #vim.diagnostic.get(buffer, { lnum = line }) == 0
  end)
  vim.cmd("write")
end
vim.lsp.stop_client(client)
wait_for("the server's leave", function()
  return vim.lsp.client_is_stopped(client)
end)
vim.cmd("qall!")
