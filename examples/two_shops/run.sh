#!/usr/bin/env bash
# Runs all six players as processes of their own, and one client.
# Every line that starts a player is what its operator types on its own machine.
set -euo pipefail
cd "$(dirname "$0")"
tfec=${TFEC:-tfec}

players=()
stop() {
  kill "${players[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT

start() {
  local name=$1
  shift
  "$tfec" player "$name" turnover.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start north --in left=csv:north.csv
start south --in right=csv:south.csv
start buyer --out top=csv:top.csv

"$tfec" run turnover.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
