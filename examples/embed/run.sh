#!/usr/bin/env bash
# Runs all six players as processes of their own, without building them, and
# one client. Every line that starts a player is what its operator types.
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
  "$tfec" player "$@" --config config.json waiting.tfe 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start north --in north_minutes=csv:north.csv#minutes
start south --in south_minutes=csv:south.csv#minutes
start council

"$tfec" run waiting.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
