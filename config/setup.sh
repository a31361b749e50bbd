# SPDX-License-Identifier: Apache-2.0
# Sourced by config/demo/run and tests/run: finds out which packages of config/packages.txt are missing and installs them.
# shellcheck shell=bash

setup_list="$(dirname -- "${BASH_SOURCE[0]}")/packages.txt"

setup_say() { printf '%s\n' "$*" >&2; }

# setup_packages SECTION...: the entries of these sections, one a line, each once.
setup_packages() {
  local wanted=" $* " section="" line
  while IFS= read -r line; do
    line="${line%%#*}"
    line="${line//[[:space:]]/}"
    if [[ $line == \[*\] ]]; then
      section="${line:1:-1}"
    elif [[ -n $line && $wanted == *" $section "* ]]; then
      printf '%s\n' "$line"
    fi
  done <"$setup_list" | sort -u
}

# All that is installed, asked for once: on a small board each call of dpkg-query takes a tenth of a second.
setup_present=""
setup_look() { setup_present="$(dpkg-query -W -f ' ${Package}:${db:Status-Status} ' 2>/dev/null || true)"; }
setup_installed() { [[ $setup_present == *" $1:installed "* ]]; }

# A version of the package can be had from the package sources that this machine knows.
setup_available() { [[ $(LC_ALL=C apt-cache policy "$1" 2>/dev/null || true) =~ Candidate:\ [^\(] ]]; }

# setup_choose a|b: the first alternative that is there or can be had; fails when there is none.
setup_choose() {
  local one alternatives
  IFS='|' read -ra alternatives <<<"$1"
  for one in "${alternatives[@]}"; do
    if setup_installed "$one" || setup_available "$one"; then
      printf '%s\n' "$one"
      return
    fi
  done
  return 1
}

# setup_missing SECTION...: the entries of which the right alternative is not installed.
setup_missing() {
  local entry chosen
  for entry in $(setup_packages "$@"); do
    chosen="$(setup_choose "$entry")" && setup_installed "$chosen" && continue
    printf '%s\n' "$entry"
  done
}

# The words that make apt-get work: nothing for root, sudo for others; fails with a sentence when there is no way.
setup_root() {
  if [[ $(id -u) == 0 ]]; then return; fi
  if ! command -v sudo >/dev/null; then
    setup_say "Installing needs root, and there is no sudo here: run this once as root, or let root install: $*"
    return 1
  fi
  if [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; then
    setup_say "Installing needs root, and sudo wants a password that cannot be asked for here. Please install: $*"
    return 1
  fi
  printf 'sudo\n'
}

setup_install() {
  local sudo entry chosen log names=() command=()
  if ! command -v apt-get >/dev/null; then
    setup_say "There is no apt-get here; this script knows Debian 12 and 13 and Raspberry Pi OS. Please install by hand: $*"
    return 1
  fi
  sudo="$(setup_root "$@")" || return 1
  [[ -z $sudo ]] || command+=("$sudo")
  command+=(env DEBIAN_FRONTEND=noninteractive apt-get -q)
  log="$(mktemp)"
  setup_say "Installing what is missing: $*"
  if ! "${command[@]}" -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
    setup_say "apt-get update failed (is there a network?), trying with the package lists that are here. It said:"
    grep -E '^[EW]:' "$log" | tail -n 3 >&2 || true
  fi
  for entry in "$@"; do
    if ! chosen="$(setup_choose "$entry")"; then
      setup_say "No package source of this machine has ${entry//|/ or }. Is this Debian 12 or newer, and is there a network?"
      rm -f -- "$log"
      return 1
    fi
    names+=("$chosen")
  done
  if ! "${command[@]}" -y --no-install-recommends install "${names[@]}" >"$log" 2>&1; then
    setup_say "apt-get could not install ${names[*]}. It said:"
    tail -n 12 "$log" >&2
    rm -f -- "$log"
    return 1
  fi
  rm -f -- "$log"
}

# setup SECTION...: makes sure that these packages are there. Does not touch apt when they are. KUZET_SETUP=no skips it.
setup() {
  if [[ ${KUZET_SETUP:-} == no ]]; then return; fi
  if ! command -v dpkg-query >/dev/null; then
    setup_say "This is no Debian system: install what config/packages.txt lists, then run this again with KUZET_SETUP=no."
    return 1
  fi
  local missing
  setup_look
  mapfile -t missing < <(setup_missing "$@")
  if ((${#missing[@]} > 0)); then setup_install "${missing[@]}"; fi
}

# How many compilers may run at once: each wants about 1 GB, which a small board has not for each of its cores.
setup_jobs() {
  local cores kilobytes
  cores="$(nproc)"
  kilobytes="$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null || true)"
  local fitting=$((${kilobytes:-1000000} / 1000000))
  if ((fitting < cores)); then cores=$fitting; fi
  printf '%s\n' "$((cores > 0 ? cores : 1))"
}
