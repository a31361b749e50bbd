# SPDX-License-Identifier: Apache-2.0
# Run in a tree of two architectures: installs compilers of this machine and libraries of the other one: cross.sh ARCHITECTURE.
# shellcheck shell=bash
set -euo pipefail

# shellcheck source=config/setup.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../../config/setup.sh"
other=$1

apt-get -q update >/dev/null
names=("crossbuild-essential-$other" qemu-user-static)
for entry in $(setup_packages build package-build); do
  name="$(setup_choose "$entry")"
  # Libraries and what belongs to one architecture; what is the same for all (headers alone) has no name of its own there.
  if [[ $name == lib*-dev && -n "$(apt-cache --no-all-versions show "$name:$other" 2>/dev/null)" ]]; then name+=":$other"; fi
  names+=("$name")
done
names+=(catch2)
for name in libgstrtspserver-1.0-dev libgstreamer-plugins-base1.0-dev; do names+=("$name:$other"); done
apt-get -q -y --no-install-recommends install "${names[@]}"
apt-get clean
