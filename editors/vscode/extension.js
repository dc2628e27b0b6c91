// Starts `tfec lsp` for .tfe files and hands the editor what it says.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function activate() {
  const command = vscode.workspace.getConfiguration("tfe").get("command");
  client = new LanguageClient(
    "tfec",
    "tfec",
    { command, args: ["lsp"] },
    { documentSelector: [{ language: "tfe" }] },
  );
  return client.start();
}

function deactivate() {
  return client && client.stop();
}

module.exports = { activate, deactivate };
