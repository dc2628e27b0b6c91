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
  "$tfec" player "$name" tasting.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start winery --in a=csv:winery.csv
start laboratory --in b=csv:laboratory.csv
start magazine --in c=csv:magazine.csv

"$tfec" run tasting.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
