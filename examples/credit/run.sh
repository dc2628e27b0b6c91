#!/usr/bin/env bash
# Runs all five players as processes of their own, and a client: once to learn a
# scorecard, which stays in the share files of the servers, and once to decide.
# Every line that starts a player is what its operator types on its own machine.
set -euo pipefail
cd "$(dirname "$0")"
tfec=${TFEC:-tfec}

players=()
stop() {
  kill "${players[@]}" 2>/dev/null || true
  wait
  players=()
}
trap stop EXIT

start() {
  local name=$1
  shift
  "$tfec" player "$name" credit.tfe --config config.json "$@" <&0 2>>players.log &
  players+=($!)
}

compute() {
  "$tfec" run credit.tfe "$1" --config config.json 2>>players.log || {
    cat players.log >&2
    exit 1
  }
  stop
}

rm -rf card # share files are not overwritten
: >players.log
for server in s0 s1 s2; do start "$server" --out "card=share:card/$server"; done
start bank --in a=csv:past-bank.csv --in repaid=csv:past-bank.csv#repaid
start bureau --in f=csv:past-bureau.csv
compute fit

for server in s0 s1 s2; do start "$server" --in "card=share:card/$server"; done
start bank --in a=csv:new-bank.csv --in least=stdin --out granted=csv:granted.csv <<<0.7
start bureau --in f=csv:new-bureau.csv
compute decide
