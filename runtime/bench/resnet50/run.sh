#!/usr/bin/env bash
# Makes a ResNet-50 with random weights (model.py), imports it, and lets three servers
# classify a client's image, with the weights of a vendor: five processes on this
# machine, over TLS. In the end the ten highest classes are compared with onnxruntime's.
#
#   pip install numpy onnx onnxruntime
#   ./run.sh FOLDER                    a folder for 600 MB of files; twice: the model is kept
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tfec=${TFEC:-tfec} python=${PYTHON:-python3}
mkdir -p "$1" && cd "$1"

[ -f model/input.npy ] || "$python" "$here/model.py" model
rm -rf vision
"$tfec" import model/model.onnx -o vision --size n=1 >/dev/null
[ -f config.json ] || "$tfec" hostmap vision/predict.tfe >config.json
[ -d keys ] || "$tfec" keys demo --config config.json -o keys >/dev/null

players=()
stop() {
  kill "${players[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT
start() {
  "$tfec" player "$1" vision/predict.tfe --config config.json --tls "keys/$1" --run-log "$1.runs" "${@:2}" 2>>players.log &
  players+=($!)
}
rm -f scores.npy ./*.runs players.log
for server in s0 s1 s2; do
  start "$server"
done
start vendor --bindings vision/vendor.toml
start client --in input=npy:model/input.npy --out output=npy:scores.npy

begun=$(date +%s%N)
"$tfec" run vision/predict.tfe --config config.json --tls keys/run_client >/dev/null 2>>players.log || {
  tail players.log >&2
  exit 1
}
took=$(($(date +%s%N) - begun))
stop
trap - EXIT
"$python" "$here/compare.py" model scores.npy
echo "$((took / 1000000)) ms from the client's request to its result; processor time, of this shell and of all others:"
times
