-- What a person does in neovim, typed by a script: the language server's
-- messages go to the log that record.sh reads. One step follows the other's
-- answer.

local root, command = vim.env.TFEC_ROOT, vim.env.TFEC_SERVER
vim.cmd("edit " .. root .. "/main.tfe")
local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({ name = "tfec", cmd = { "sh", "-c", command }, root_dir = root })
vim.lsp.buf_attach_client(buffer, client)
vim.wait(5000, function() return vim.lsp.get_client_by_id(client).initialized end, 10)

local function cursor(pattern)
  vim.fn.cursor(1, 1)
  vim.fn.search(pattern, "cWe")
end

local function ask(method, params)
  vim.lsp.buf_request_sync(buffer, method, params or vim.lsp.util.make_position_params(), 5000)
end

local function write(line, text)
  vim.api.nvim_buf_set_lines(buffer, line - 1, line, false, { text })
  vim.wait(300, function() return false end, 10) -- changes are sent after 150 ms
end

local body = vim.fn.search("let richer", "n")
vim.wait(1000, function() return #vim.diagnostic.get(buffer) > 0 end, 10)
cursor("let riche")
ask("textDocument/hover")
cursor("= su")
ask("textDocument/hover")
cursor("twice(tota")
ask("textDocument/definition")
cursor("scoring.twi")
ask("textDocument/definition")
write(body, "  let richer = scoring.twice(to")
cursor("twice(to")
vim.cmd("startinsert!")
ask("textDocument/completion", vim.tbl_extend("force", vim.lsp.util.make_position_params(), {
  position = { line = body - 1, character = 31 },
}))
write(body, "  let richer = scoring.twice(total) > summ(b)")
local range = { start = { line = body - 1, character = 38 }, ["end"] = { line = body - 1, character = 42 } }
ask("textDocument/codeAction", {
  textDocument = { uri = vim.uri_from_bufnr(buffer) }, range = range, context = { diagnostics = {} },
})
write(body, "  let richer = scoring.twice(total) >   sum(b)")
ask("textDocument/formatting", vim.lsp.util.make_formatting_params({ tabSize = 2, insertSpaces = true }))
cursor("twice(tota")
local rename = vim.lsp.util.make_position_params()
rename.newName = "wealth"
ask("textDocument/prepareRename")
ask("textDocument/rename", rename)
rename.newName = "sum"
ask("textDocument/rename", rename)
ask("textDocument/references", vim.tbl_extend("force", vim.lsp.util.make_position_params(), { context = { includeDeclaration = true } }))
ask("textDocument/documentSymbol", { textDocument = { uri = vim.uri_from_bufnr(buffer) } })
vim.lsp.stop_client(client)
vim.wait(2000, function() return vim.lsp.client_is_stopped(client) end, 10)
vim.cmd("qall!")
