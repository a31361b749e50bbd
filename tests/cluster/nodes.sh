# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts that start a cluster: processes, ports and the command line that they have in common.
# A cluster lives in one folder: NAME.pid of each process (the leader of a session of its own), port-N, and a folder for each node.
# shellcheck shell=bash

folder=""
begun=""

nodes_usage() {
  cat <<TEXT
usage: tests/cluster/$1 start|stop|urls FOLDER
       tests/cluster/$1 kill FOLDER N

Three nodes of $2
start: in FOLDER, which must be empty; returns when all three have found each other. urls: theirs, one a line.
kill: node N of 1 to 3, with -9. stop: ends all that start began; what lies in FOLDER stays.
TEXT
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# answers PORT: somebody listens there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

nodes_port() { cat -- "$folder/port-$1"; }
nodes_health_port() { cat -- "$folder/health-port-$1"; }

# nodes_spawn NAME COMMAND...: in a session of its own, so that its children can be found when it is gone.
nodes_spawn() {
  local name="$1"
  shift
  setsid "$@" >"$folder/$name.out" 2>&1 </dev/null &
  printf '%s\n' $! >"$folder/$name.pid"
}

nodes_alive() { kill -0 "$(cat -- "$folder/$1.pid")" 2>/dev/null; }

# nodes_await N SECONDS: until its MQTT port answers.
nodes_await() {
  local tenths
  for ((tenths = 0; tenths < $2 * 10; ++tenths)); do
    nodes_alive "$1" || break
    if answers "$(nodes_port "$1")"; then return; fi
    sleep 0.1
  done
  printf 'Node %s did not start. It said:\n' "$1" >&2
  tail -n 20 -- "$folder/$1.out" >&2
  return 1
}

# nodes_healthy N SECONDS: until the node says by HTTP that it is well.
nodes_healthy() {
  local tenths
  for ((tenths = 0; tenths < $2 * 10; ++tenths)); do
    if python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)' \
      "http://127.0.0.1:$(nodes_health_port "$1")/healthz" 2>/dev/null; then return; fi
    sleep 0.1
  done
  printf 'Node %s is not well. It said:\n' "$1" >&2
  tail -n 20 -- "$folder/$1.out" >&2
  return 1
}

# nodes_session NAME: the processes that descend from it and live.
nodes_session() { ps -o pid=,stat= -s "$(cat -- "$folder/$1.pid")" | awk '$2 !~ /^Z/ {print $1}'; }

# nodes_end NAME: with -9, it and all that descends from it.
nodes_end() {
  local left tenths
  for ((tenths = 0; tenths < 100; ++tenths)); do
    mapfile -t left < <(nodes_session "$1")
    if ((${#left[@]} == 0)); then return; fi
    kill -KILL "${left[@]}" 2>/dev/null || true
    sleep 0.1
  done
  printf 'These processes of %s do not end: %s\n' "$1" "${left[*]}" >&2
  return 1
}

stop() {
  local file name
  for file in "$folder"/*.pid; do
    if [[ -e $file ]]; then
      name="${file##*/}"
      nodes_end "${name%.pid}"
      rm -f -- "$file"
    fi
  done
}

urls() {
  local n
  for n in 1 2 3; do printf 'mqtt://127.0.0.1:%s\n' "$(nodes_port "$n")"; done
}

nodes_begin() {
  local n
  if [[ -n $(ls -A -- "$folder") ]]; then
    printf '%s is not empty.\n' "$folder" >&2
    exit 2
  fi
  for n in 1 2 3; do free_port >"$folder/port-$n"; done
  trap 'if [[ -z $begun ]]; then stop; fi' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  start
  # shellcheck disable=SC2034  # used by the trap
  begun=yes
}

nodes_main() {
  case "${1:-}" in
    -h | --help) usage; exit 0 ;;
  esac
  if (($# < 2)) || [[ ! -d $2 ]]; then usage >&2; exit 2; fi
  folder="$(cd -- "$2" && pwd)"
  case "$1 ${3:-}" in
    'start ') nodes_begin ;;
    'stop ') stop ;;
    'urls ') urls ;;
    'kill '[123]) nodes_end "$3" ;;
    *) usage >&2; exit 2 ;;
  esac
}
