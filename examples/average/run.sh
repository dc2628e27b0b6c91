#!/usr/bin/env bash
# Runs all nine players as processes of their own, and one client.
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
  "$tfec" player "$name" average.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in server0 server1 server2; do start "$server"; done
for i in 0 1 2 3 4; do
  start "inputter$i" --in "values=csv:data/inputter$i.csv#value"
done
start result_receiver

"$tfec" run average.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
