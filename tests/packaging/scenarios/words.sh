# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios, which run inside a booted board: what they ask and how they say that it is not so.
# shellcheck shell=bash

packages=/srv/packages
configuration=/etc/kuzet/kuzet.yaml

fail() {
  printf 'NOT SO: %s\n' "$*" >&2
  exit 1
}

# holds SENTENCE COMMAND...: the sentence is so when the command succeeds; what it said is told when not.
holds() {
  local sentence=$1 said
  shift
  said="$("$@" 2>&1)" || fail "$sentence (${*:0:6}): $said"
}
fails() {
  local sentence=$1
  shift
  if "$@" >/dev/null 2>&1; then fail "$sentence ($*)"; fi
}
# same SENTENCE IS OUGHT
same() { [[ $2 == "$3" ]] || fail "$1: it is \"$2\", and should be \"$3\""; }
# silent SENTENCE COMMAND...: succeeds without a word on standard error.
silent() {
  local sentence=$1 said
  shift
  said="$("$@" 2>&1 >/dev/null)" || fail "$sentence: $said"
  [[ -z $said ]] || fail "$sentence: $said"
}
# within SECONDS SENTENCE COMMAND...: waits until the command succeeds.
within() {
  local until=$((SECONDS + $1)) sentence=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || fail "$sentence (waited for: $*)"
    sleep 0.3
  done
}

# There is no network: all that apt wants is in its cache, and it asks for nothing.
install_deb() { apt-get -q -y --no-install-recommends "${@:2}" install "$1" </dev/null 2>&1; }
kuzet_as_user() { runuser -u kuzet -- kuzet "$@"; }
runs() { [[ $(systemctl is-active kuzet) == active ]]; }
main_pid() { systemctl show -P MainPID kuzet; }
alert_ids() { kuzet_as_user alerts --json | sed 's/.*"id":"\([^"]*\)".*/\1/' | sort; }
an_alert() { [[ -n $(alert_ids) ]]; }
