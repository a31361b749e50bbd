// SPDX-License-Identifier: Apache-2.0
// As whom the service runs, and what that user may open: what root may says nothing.
#pragma once

#include "agent/run/checks/roots.hpp"

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run::checks {

/// Settings of a unit: "User" -> "kuzet"; lists are joined by spaces. Drop-ins count, in their order; an empty value takes away
/// what came before (systemd.unit(5)).
using UnitSettings = std::map<std::string, std::string, std::less<>>;
/// Empty where there is no unit of this name.
UnitSettings unit_settings(const Roots& roots, const std::string& unit = "kuzet.service");

struct ServiceUser {
  std::string name;
  uid_t id = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
  std::vector<std::string> missing_groups;  ///< that the unit names and this system has not: systemd will not start it
};
/// As the unit says; nullopt where there is no unit, or no such user.
std::optional<ServiceUser> service_user(const Roots& roots);

/// Asks the kernel, as the service's user where this process may become that user, and as itself otherwise.
class Access {
 public:
  explicit Access(std::optional<ServiceUser> user);
  /// Of the agent itself: whoever it runs as is who matters.
  static Access of_agent();
  /// 0, or the number of the error (EACCES, ENOENT, ...). `mode`: R_OK, W_OK, X_OK.
  [[nodiscard]] int denied(const std::filesystem::path& file, int mode) const;
  /// "the user kuzet", "this user".
  [[nodiscard]] std::string who() const;
  /// Whether it speaks for the service: false when asked as somebody else than its user.
  [[nodiscard]] bool speaks_for_service() const { return becomes_ || is_; }
  [[nodiscard]] const std::optional<ServiceUser>& user() const { return user_; }

 private:
  std::optional<ServiceUser> user_;
  bool becomes_ = false;  // we are root
  bool is_ = false;       // we are that user
};

/// "kuzet", "root", or the number of a user that has no name here.
std::string user_name(const Roots& roots, uid_t id);
/// "dialout", or its number.
std::string group_name(const Roots& roots, gid_t id);

}  // namespace kuzet::run::checks
