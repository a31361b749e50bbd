// SPDX-License-Identifier: Apache-2.0
// Owners of folders.
#include "agent/cli/owner.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace kuzet::cli {

namespace fs = std::filesystem;

namespace {

Error failure(const std::string& doing) { return {Code::io, doing + ": " + std::generic_category().message(errno)}; }

Result<> make(const fs::path& folder, mode_t mode, const Owner& owner) {
  if (::mkdir(folder.c_str(), mode) != 0) return failure("create folder " + folder.string());
  if (::geteuid() == 0 && ::lchown(folder.c_str(), owner.user, owner.group) != 0)
    return failure("give away " + folder.string());
  return {};
}

}  // namespace

Owner owner_of(const fs::path& store) {
  struct stat there {};
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  if (::stat(store.c_str(), &there) == 0) return {there.st_uid, there.st_gid};
  if (const auto* kuzet = ::getpwnam("kuzet")) return {kuzet->pw_uid, kuzet->pw_gid};
  return {};
}

Result<> make_private(const fs::path& folder, const Owner& owner) {
  struct stat there {};
  if (::lstat(folder.c_str(), &there) != 0) {
    const auto parent = folder.parent_path();
    if (!parent.empty() && ::stat(parent.c_str(), &there) != 0) {
      std::error_code failed;
      fs::create_directories(parent.parent_path(), failed);
      if (auto made = make(parent, 0750, owner); !made) return made;  // the store, before the agent ran for the first time
    }
    return make(folder, 0700, owner);
  }
  if (!S_ISDIR(there.st_mode)) return Error{Code::io, folder.string() + ": is no folder"};
  if (there.st_uid != owner.user)
    return Error{Code::io, folder.string() + ": belongs to somebody else than the store: chown -R " +
                               std::to_string(owner.user) + ":" + std::to_string(owner.group) + " " + folder.string()};
  if ((there.st_mode & 0077) != 0 && ::chmod(folder.c_str(), 0700) != 0) return failure("close " + folder.string());
  return {};
}

Acting::Acting(const Owner& owner) : changed_(::geteuid() == 0 && owner.user != 0) {
  // Half changed would be worse than ended: files would belong to the wrong one.
  if (changed_ && (::setegid(owner.group) != 0 || ::seteuid(owner.user) != 0)) std::abort();
}

Acting::~Acting() {
  if (changed_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
}

}  // namespace kuzet::cli
