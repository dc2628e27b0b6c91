#!/usr/bin/env bash
# Records what neovim asks of `tfec lsp`, for the test that replays it:
#   internal/lsp/testdata/record.sh
# Needs nvim (0.7 or later) and Go; writes neovim.json beside this file, with
# the folder of the workspace as ROOT. Run it when the server learns something
# that an editor asks for in a new way, and look at the difference.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r workspace "$work/workspace"
(cd ../../.. && go build -o "$work/tfec" ./cmd/tfec)
export TFEC_ROOT=$work/workspace
export TFEC_SERVER="tee $work/asked | $work/tfec lsp"
timeout 60 nvim --headless -u NONE -i NONE -n -S record.lua
(cd ../../.. && go run ./internal/lsp/testdata/scrub "$work/workspace" <"$work/asked" >"$here/neovim.json")
