#!/usr/bin/env bash
# Runs all five players as processes of their own, and one client.
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
  "$tfec" player "$name" customers.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start north --in a=csv:north.csv#name
start south --in b=csv:south.csv

"$tfec" run customers.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
