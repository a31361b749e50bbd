// SPDX-License-Identifier: Apache-2.0
// The folder of the store: whose it is, on what it lies, how much room there is and how fast it is.
#pragma once

#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/service_user.hpp"
#include "agent/run/configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run::checks {

/// A line of /proc/self/mounts.
struct Mount {
  std::string device, point, type, options;
  [[nodiscard]] bool has(std::string_view option) const;
};
/// The file system of a path: the longest mount point that it begins with; nullopt where the kernel tells of none.
std::optional<Mount> mount_of(const Roots& roots, const std::filesystem::path& path);

/// Whether the service can write there at all; cheap.
/// Whether the unit's sandbox lets the service write into this folder (ProtectSystem=, StateDirectory=, ReadWritePaths=), which
/// permissions do not tell. Nothing where there is no unit, or one that protects nothing.
Remarks check_sandbox(const Roots& roots, const std::filesystem::path& folder, const std::string& setting);
Remarks check_permission(const std::filesystem::path& folder, const Access& access);
/// What kind of file system it is; cheap.
Remarks check_mount(const Roots& roots, const std::filesystem::path& folder);

/// The budgets of the store against what the disk has. Bytes.
struct Room {
  std::uint64_t whole = 0, free = 0;
  std::uint64_t used = 0;  ///< by the store
};
Remarks judge_room(const StoreSettings& settings, const Room& room);

/// All of it; writes a small file there several times, which takes two seconds at most, and removes it.
Remarks check_store(const Roots& roots, const StoreSettings& settings, const Access& access);

}  // namespace kuzet::run::checks
