# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/package: builds Kuzet for a Debian release and an architecture, tests it there, and makes the package.
# shellcheck shell=bash

# The machine's own release and architecture are built here; the others in a tree, with this machine's compiler cache in it.
host_suite="$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")"
host_architecture="$(dpkg --print-architecture)"
native() { [[ $suite == "$host_suite" && $architecture == "$host_architecture" ]]; }

build_folder="build/package-$suite-$architecture"
build_tree="build-$suite-$architecture"
# What cmake, pkg-config and dpkg-shlibdeps must know when it is built for another processor.
crossed() { [[ $architecture != "$host_architecture" ]]; }
cross_words=()
if crossed; then
  cross_words=(env PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig DEB_HOST_ARCH="$architecture")
fi

# in_build COMMAND...: where it is built. The project lies at the same place in the tree as here: then the compiler cache knows it.
in_build() {
  if native; then
    (cd -- "$root" && "$@")
    return
  fi
  local cache
  cache="$(ccache --get-config cache_dir 2>/dev/null || printf '%s/.cache/ccache' "$HOME")"
  mkdir -p "$cache"
  # shellcheck disable=SC2016  # the tree's shell expands it
  tree_run "$trees/$build_tree" "$root:$root" "$cache:$cache" -- \
    bash -c 'cd -- "$1" && export CCACHE_DIR=$2 && shift 2 && exec "$@"' in-build "$root" "$cache" "$@"
}

prepare_build() {
  if native; then
    setup build package-build
    return
  fi
  local architectures=$architecture recipe='source config/setup.sh; setup build package-build test; apt-get clean'
  if crossed; then
    architectures="$host_architecture,$architecture"
    recipe='bash tests/packaging/cross.sh "$1"'
  fi
  tree_make "$build_tree" "$suite" "$architectures" apt ca-certificates
  # The tree installs what it misses by the same list as a machine does; again when the list has changed.
  if [[ -f $trees/$build_tree.ready && ! $root/config/packages.txt -nt $trees/$build_tree.ready ]]; then return; fi
  in_build bash -euc "$recipe" prepare "$architecture" >"$trees/$build_tree.log" 2>&1 || {
    tail -n 20 "$trees/$build_tree.log" >&2
    return 1
  }
  touch "$trees/$build_tree.ready"
}

# Packages of this machine's release are built as boards run them; the others with their tests beside, which are run there.
configure() {
  local options=(--preset release -B "$build_folder")
  native || options+=(-DBUILD_TESTING=ON)
  if crossed; then options+=(--toolchain "$root/tests/packaging/$architecture.cmake"); fi
  in_build "${cross_words[@]}" cmake "${options[@]}" >"$root/$build_folder.log" 2>&1 || {
    tail -n 20 "$root/$build_folder.log" >&2
    return 1
  }
}

compile() {
  in_build nice cmake --build "$1" --parallel "$(setup_jobs)" "${@:2}" >>"$root/$1.log" 2>&1 || {
    grep -E -A 12 'FAILED|error:' "$root/$1.log" | tail -n 60 >&2
    return 1
  }
}

build_package() {
  mkdir -p "$root/$build_folder"
  configure
  compile "$build_folder" --target kuzet kuzet_objects manual package_documents kuzet-scene kuzet_fake_v4l2
  rm -f -- "$root/$build_folder"/*.deb
  in_build "${cross_words[@]}" bash -c 'cd -- "$1" && cpack -G DEB' cpack "$build_folder" \
    >>"$root/$build_folder.log" 2>&1 || {
    tail -n 20 "$root/$build_folder.log" >&2
    return 1
  }
  deb="$(find "$root/$build_folder" -maxdepth 1 -name 'kuzet_*.deb' -print -quit)"
  [[ -n $deb ]]
}

# repacked VERSION TO [EDIT]: the same package under another version, changed by the command EDIT in its unpacked folder.
repacked() {
  local folder
  folder="$(mktemp -d "$trees/repack.XXXXXX")"
  dpkg-deb -R "$deb" "$folder/kuzet"
  sed -i "s/^Version: .*/Version: $1/" "$folder/kuzet/DEBIAN/control"
  (cd -- "$folder/kuzet" && "${@:3}")
  dpkg-deb -Zgzip -z1 --root-owner-group -b "$folder/kuzet" "$2" >/dev/null
  rm -rf -- "$folder"
}

# Versions that were there before: the upgrade goes over both. The elder two bring another configuration than the newest.
older_packages() {
  mkdir -p "$packages"
  if [[ ! $packages/new.deb -ot $deb && -f $packages/older.deb ]]; then return; fi
  repacked 0.0.1-1 "$packages/older.deb" sed -i '1i # The configuration of an older version.' etc/kuzet/kuzet.yaml
  repacked 0.0.2-1 "$packages/old.deb" sed -i '1i # The configuration of an older version.' etc/kuzet/kuzet.yaml
  cp -- "$deb" "$packages/new.deb"
}
