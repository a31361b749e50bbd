// SPDX-License-Identifier: Apache-2.0
// Folders of the agent that root makes: they belong to whom the agent's store belongs, and so does what is written in them.
#pragma once

#include "agent/core/result.hpp"

#include <sys/types.h>

#include <filesystem>

namespace kuzet::cli {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

/// Of the store's folder; where there is none yet, the user `kuzet` where the system has one, and otherwise who we are.
Owner owner_of(const std::filesystem::path& store);

/// Makes the store's folder, 0750, where it is missing, and its parents.
Result<> make_store(const std::filesystem::path& store, const Owner& owner);

/// Makes the folder, 0700, where it is missing, and its parents. `io`: it cannot be made, is a link, or belongs to somebody
/// else.
Result<> make_private(const std::filesystem::path& folder, const Owner& owner);

/// From now on root writes as this user, until the object goes; nobody else can become another. One thread.
class Acting {
 public:
  explicit Acting(const Owner& owner);
  ~Acting();
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

 private:
  bool changed_;
};

}  // namespace kuzet::cli
