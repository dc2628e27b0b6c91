#!/usr/bin/env bash
# Trains networks by all their optimizers, in clear, to compare, and on shares.
# Begun again, it goes on after the last whole epoch of the last training.
#
#   ./all.sh digits 5                folder of the digits, epochs: all networks
#   ./all.sh data 1 a logistic       these only
set -euo pipefail
cd "$(dirname "$0")"
data=$1 epochs=$2
networks=("${@:3}")
[ ${#networks[@]} -gt 0 ] || networks=(logistic a d b c)

for optimizer in sgd amsgrad adam; do
  for network in "${networks[@]}"; do
    [ "$network" != logistic ] || [ "$optimizer" = sgd ] || continue
    ./train.sh "$network" "$optimizer" "$epochs" "$data" clear
    ./train.sh "$network" "$optimizer" "$epochs" "$data"
  done
done
