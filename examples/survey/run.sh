#!/usr/bin/env bash
# Runs all seven players as processes of their own, and one client.
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
  "$tfec" player "$name" survey.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start north --in a=csv:data/north.csv
start west --in b=csv:data/west.csv
start south --in c=csv:data/south.csv
start analyst

"$tfec" run survey.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
