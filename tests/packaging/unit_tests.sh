# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/package: which tests run for a package, beside those that tests/run runs on the machine's own release.
# shellcheck shell=bash

unit_tests() {
  if native; then
    say "unit tests: tests/run runs them on this machine's own release"
    return
  fi
  say "not yet"
  return 1
}
