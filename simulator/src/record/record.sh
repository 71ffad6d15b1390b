#!/bin/sh
# Records the traces that `ballast evaluate-detection` replays: ten minutes each, all at once, as root.
#   simulator/src/record/record.sh DIRECTORY
# One over loopback, two between two network namespaces with a cable between them (veth), through a relay that
# delays and loses.
set -eu
here=$(cd "$(dirname -- "$0")" && pwd)
target=$1
count=${2:-12000}
near=ballast-$$-near
far=ballast-$$-far
mkdir -p "$target"
pids=
stop() {
  # shellcheck disable=SC2086 # a list of process ids
  kill $pids 2>/dev/null || true
  ip netns delete "$near" 2>/dev/null || true
  ip netns delete "$far" 2>/dev/null || true
}
trap stop EXIT

ip netns add "$near"
ip netns add "$far"
ip -n "$near" link add eth0 type veth peer name eth0 netns "$far"
ip -n "$near" address add 10.78.0.1/24 dev eth0
ip -n "$far" address add 10.78.0.2/24 dev eth0
for name in "$near" "$far"; do
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
done
in_near() { ip netns exec "$near" java -XX:+UseSerialGC -Xmx64m "$here/RecordDelays.java" "$@"; }

ip netns exec "$far" java -XX:+UseSerialGC -Xmx64m "$here/RecordDelays.java" echo 7000 & pids="$pids $!"
ip netns exec "$far" java -XX:+UseSerialGC -Xmx64m "$here/RecordDelays.java" relay 7001 127.0.0.1 7000 20 5 1 1 & pids="$pids $!"
ip netns exec "$far" java -XX:+UseSerialGC -Xmx64m "$here/RecordDelays.java" relay 7002 127.0.0.1 7000 2 1 2 10 & pids="$pids $!"
ip netns exec "$near" java -XX:+UseSerialGC -Xmx64m "$here/RecordDelays.java" echo 7000 & pids="$pids $!"
sleep 8
in_near record 127.0.0.1 7000 "$count" 50 "loopback" >"$target/loopback.txt" & first=$!
in_near record 10.78.0.2 7001 "$count" 50 "veth, relay: 20 ms +- 5 ms, 1 % lost, one at a time" >"$target/veth-loss.txt" & second=$!
in_near record 10.78.0.2 7002 "$count" 50 "veth, relay: 2 ms +- 1 ms, 2 % lost, ten in a row on average" >"$target/veth-bursts.txt" & third=$!
wait $first $second $third
