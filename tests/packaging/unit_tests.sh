# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/package: which tests run for a package, beside those that tests/run runs on the machine's own release.
# shellcheck shell=bash

# What differs between releases is libraries: every room that meets one, and what every alert goes through.
other_release=(core_test alerts_test rules_test outbox_test evidence_test link_test uplink_test drivers_test stream_test v4l2_test
  gpio_test modbus_test serial_test vision_test plugin_contract_test device_contract_test)
# Under qemu everything takes ten times as long and devices are out of reach: what computes, what is written down, and its forms on
# another processor. Broker, cameras and faults are the business of the machines above.
other_processor=(core_test alerts_test rules_test outbox_test evidence_test plugin_contract_test)

# KUZET_TESTS names others, or is no, or all: whatever is not a fault of minutes.
unit_tests() {
  local wanted=("${other_release[@]}") filter=()
  if native; then
    say "unit tests: tests/run runs them on this machine's own release"
    return
  fi
  if [[ $architecture != "$host_architecture" ]]; then wanted=("${other_processor[@]}"); fi
  if [[ -n ${KUZET_TESTS:-} ]]; then read -ra wanted <<<"$KUZET_TESTS"; fi
  compile "$build_folder" --target "${wanted[@]}"
  if [[ ${wanted[*]} != all ]]; then filter=(-R "^($(IFS='|' && printf '%s' "${wanted[*]}")): ?"); fi
  in_build nice ctest --test-dir "$build_folder" --output-on-failure --no-tests=error --timeout 600 -LE faults \
    --parallel "$(setup_jobs)" "${filter[@]}" >"$root/$build_folder.tests" 2>&1 || {
    grep -vE '^ *[0-9]+/[0-9]+ Test .* Passed|^ *Start ' "$root/$build_folder.tests" | tail -n 60 >&2
    return 1
  }
  grep -E 'tests passed|Total Test time' "$root/$build_folder.tests" >&2
}
