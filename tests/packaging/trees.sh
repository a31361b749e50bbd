# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/package: makes trees of Debian systems to build in and to boot, and keeps them in build/trees.
# shellcheck shell=bash

trees="${KUZET_TREES:-$root/build/trees}"

# What a board has before Kuzet comes, beside what every Debian has: systemd as the first process, and what a technician would miss.
board_packages=(systemd systemd-sysv dbus ca-certificates procps man-db bash-completion)

# tree_sources SUITE: the package sources of this machine for another release, one line each. Only what belongs to Debian's own
# release is taken; a board has nothing else either.
tree_sources() {
  local mine uri release component line=()
  mine="$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")"
  while read -r uri release component; do
    [[ $release == "$mine" || $release == "$mine"-* ]] || continue
    line+=("deb ${uri%/} ${release/#$mine/$1} $component")
  done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | sort -u)
  if ((${#line[@]} == 0)); then
    say "this machine has no package source of Debian $mine in its lists (apt-get update as root makes them)"
    return 1
  fi
  printf '%s\n' "${line[@]}" | sort -u
}

# tree_make NAME SUITE ARCHITECTURES PACKAGE...: makes the tree build/trees/NAME unless it is there and was made of the same.
tree_make() {
  local name=$1 suite=$2 architectures=$3 tree="$trees/$1" stamp sources
  shift 3
  sources="$(tree_sources "$suite")" || return 1
  stamp="$(printf '%s\n' 2 "$suite" "$architectures" "$sources" "$@" | sha256sum)"
  if [[ -f $tree.stamp && $(<"$tree.stamp") == "$stamp" ]]; then return; fi
  say "making the tree $name: Debian $suite ($architectures)"
  rm -rf --one-file-system -- "$tree" "$tree.stamp" "$tree".*.layer
  mkdir -p "$trees"
  # The lists stay: apt of the booted system must know what there is, without a network.
  mmdebstrap --quiet --mode=root --variant=minbase --architectures="$architectures" --skip=cleanup/apt/lists \
    --dpkgopt=force-unsafe-io --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --include="$(IFS=, && printf '%s' "$*")" \
    --customize-hook='echo board >"$1/etc/hostname"' \
    --customize-hook='printf "127.0.0.1 localhost\n127.0.1.1 board\n" >"$1/etc/hosts"' \
    --customize-hook='systemd-machine-id-setup --root="$1" >/dev/null 2>&1 || true' \
    "$suite" "$tree" - <<<"$sources" >"$tree.log" 2>&1 || {
    tail -n 20 "$tree.log" >&2
    return 1
  }
  if [[ $architectures == "${emulated_architecture:-}" ]]; then spare_the_emulator "$tree"; fi
  printf '%s\n' "$stamp" >"$tree.stamp"
}

# qemu does not know the calls by which systemd hands credentials and namespaces to services; those that ask for them would not start.
spare_the_emulator() {
  mkdir -p "$1/etc/systemd/system/service.d"
  printf '[Service]\nLoadCredential=\nSetCredential=\nPrivateIPC=no\nPrivateUsers=no\n' >"$1/etc/systemd/system/service.d/emulated.conf"
}

# tree_run TREE [FROM:TO...] -- COMMAND...: runs a command in the tree as root, with folders of this machine in it; mounts and
# processes end with it. The network is the machine's: packages come from somewhere.
tree_run() {
  local tree=$1 binds=()
  shift
  while [[ $1 != -- ]]; do binds+=("$1") && shift; done
  shift
  unshare --mount --pid --fork --kill-child --propagation private bash -euc '
    tree=$1 && shift
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev"
    mount -t tmpfs -o mode=1777 tmp "$tree/tmp"
    while [[ $1 != -- ]]; do mkdir -p "$tree${1#*:}" && mount --bind "${1%%:*}" "$tree${1#*:}" && shift; done
    shift
    if [[ -f /etc/resolv.conf ]]; then touch "$tree/etc/resolv.conf" && mount --bind /etc/resolv.conf "$tree/etc/resolv.conf"; fi
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$tree" "$@"
  ' tree "$tree" ${binds[@]+"${binds[@]}"} -- "$@"
}

# tree_provide TREE DEB [PACKAGE...]: puts everything into the tree's apt that installing the package wants, and these packages, so
# that the booted system installs without a network.
tree_provide() {
  local tree=$1 deb=$2 stamp
  shift 2
  stamp="$(printf '%s\n' "$(dpkg-deb -f "$deb" Depends Recommends)" "$@" | sha256sum)"
  if [[ -f $tree.provided && $(<"$tree.provided") == "$stamp" ]]; then return; fi
  cp -- "$deb" "$tree/root/kuzet.deb"
  tree_run "$tree" -- bash -euc '
    export APT_CONFIG=/dev/null
    apt-get -q update
    apt-get -q -y --download-only install --no-install-recommends "$@"
    ' provide /root/kuzet.deb "$@" >"$tree.log" 2>&1 || { tail -n 20 "$tree.log" >&2; return 1; }
  rm -f -- "$tree/root/kuzet.deb"
  printf '%s\n' "$stamp" >"$tree.provided"
}

# emulate ARCHITECTURE: lets the kernel start programs of the other architecture by qemu, in trees that know nothing of it too; what
# was not so before is taken back by emulate_no_more.
emulated="" emulated_architecture="" emulation_mounted=""
emulate() {
  local name
  case $1 in arm64) name=qemu-aarch64 ;; *) return 0 ;; esac
  emulated_architecture=$1
  if [[ ! -e /proc/sys/fs/binfmt_misc/register ]]; then
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    emulation_mounted=yes
  fi
  if [[ ! -e /proc/sys/fs/binfmt_misc/$name ]]; then
    update-binfmts --import "$name" >/dev/null 2>&1 || true
    update-binfmts --enable "$name"
    emulated=$name
  fi
  grep -q 'flags:.*F' "/proc/sys/fs/binfmt_misc/$name" || { say "qemu for $1 is not set up to work inside trees (flag F)" && return 1; }
}
emulate_no_more() {
  if [[ -n $emulated ]]; then update-binfmts --disable "$emulated" || true; fi
  if [[ -n $emulation_mounted ]]; then umount /proc/sys/fs/binfmt_misc || true; fi
}
