#!/usr/bin/env bash
# Runs all eight players as processes of their own, and one client.
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
  "$tfec" player "$name" auction.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

: >players.log
for server in s0 s1 s2; do start "$server"; done
start b0 --in "bid[b0]=stdin" <<<40
start b1 --in "bid[b1]=stdin" <<<90
start b2 --in "bid[b2]=stdin" <<<70
start b3 --in "bid[b3]=stdin" <<<10
start seller --in reserve=stdin <<<50

"$tfec" run auction.tfe --config config.json 2>>players.log || {
  cat players.log >&2
  exit 1
}
