#!/usr/bin/env bash
# Trains a network on the owner's digits, in four processes: the owner and three
# servers. After each epoch the parameters are kept as share files, and the owner
# learns how many test images the network tells right. Begun again, it goes on
# after the last whole epoch. A fifth word, clear, trains in clear instead, in one
# process, to compare.
#
#   ./train.sh a sgd 5 data          network, optimizer, epochs, folder of the digits
set -euo pipefail
cd "$(dirname "$0")"
tfec=${TFEC:-tfec}
network=$1 optimizer=$2 epochs=$3 data=$4 how=${5:-shares}
case $how in
  shares) name="$network $optimizer" ;;
  clear) name="$network $optimizer clear" ;;
  *) echo "train.sh: the fifth word is clear, or none" >&2; exit 2 ;;
esac
runs=${RUNS:-runs}/${name// /-}

# The run's progress is for a terminal.
told=$runs/players.log
[ ! -t 2 ] || told=/dev/stderr

# What begins a training, and what it keeps between epochs.
fresh=(w m v most)
[ "$network" != logistic ] || fresh=(w)
case $optimizer in
  sgd) kept=(w) ;;
  adam) kept=(w m v) ;;
  amsgrad) kept=(w m v most) ;;
esac

players=()
stop() {
  kill "${players[@]}" 2>/dev/null || true
  wait
  players=()
}
trap stop EXIT

start() {
  "$tfec" player "$1" "$network.tfe" --config config.json "${@:2}" 2>>"$runs/players.log" &
  players+=($!)
}

# from DIR NAME… are the flags that read share files in DIR, and to writes them.
from() { printf -- "--in %s=share:$1/SERVER\n" "${@:2}"; }
to() { printf -- "--out %s=share:$1/SERVER\n" "${@:2}"; }

# digits SET are the flags of the owner's digits, to train or to test.
digits() { echo "--in images=npy:$data/$1-images.npy --in labels=npy:$data/$1-labels.npy"; }

# compute COMPUTATION FLAGS OWNER BOTH runs one, the servers with FLAGS and BOTH and
# the owner with OWNER and BOTH.
compute() {
  "compute_$how" "$@" || {
    tail "$runs/players.log" >&2
    exit 1
  }
}

compute_clear() {
  "$tfec" run "$network.tfe" "$1" --protocol 'plain(s0)' ${2//\/SERVER/} $3 $4 2>>"$told"
}

compute_shares() {
  local server
  for server in s0 s1 s2; do
    start "$server" ${2//SERVER/$server} $4
  done
  start owner $3 $4
  "$tfec" run "$network.tfe" "$1" --config config.json 2>>"$told" || { stop; return 1; }
  stop
}

# epoch K is whole once its folder has its name.
epoch() {
  local last=$runs/$(($1 - 1)) part=$runs/$1.part begun=$SECONDS took right
  local past="--in past=json:$runs/past.json"
  rm -rf "$part"
  [ ! -t 2 ] || echo "$name: epoch $1 of $epochs" >&2
  if [ "$1" = 0 ]; then
    compute start "$(to "$part" "${fresh[@]}")" "" ""
    mv "$part" "$runs/0"
    return
  fi
  echo $(($1 - 1)) >"$runs/past.json"
  compute "$optimizer" "$(from "$last" "${kept[@]}") $(to "$part" "${kept[@]}")" "$(digits train)" "$past"
  took=$((SECONDS - begun))
  right=$(compute accuracy "$(from "$part" w)" "$(digits test)" "")
  mv "$part" "$runs/$1"
  echo "$name epoch $1: $took s, $right" | tee -a "$runs/log"
}

mkdir -p "$runs"
for k in $(seq 0 "$epochs"); do
  [ -d "$runs/$k" ] || epoch "$k"
done
