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

/// Where the folder above is the owner's already, it is made as the owner: who may rename there could lay something else under
/// the name between making it and giving it away.
Result<> make(const fs::path& folder, mode_t mode, const Owner& owner) {
  struct stat above {};
  const bool theirs = ::stat(folder.parent_path().c_str(), &above) == 0 && above.st_uid == owner.user;
  {
    const Acting acting(theirs ? owner : Owner{});
    if (::mkdir(folder.c_str(), mode) != 0) return failure("create folder " + folder.string());
  }
  if (!theirs && ::geteuid() == 0 && ::lchown(folder.c_str(), owner.user, owner.group) != 0)
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

Result<> make_store(const fs::path& store, const Owner& owner) {
  struct stat there {};
  if (store.empty() || ::stat(store.c_str(), &there) == 0) return {};
  std::error_code failed;
  fs::create_directories(store.parent_path(), failed);
  return make(store, 0750, owner);
}

Result<> make_private(const fs::path& folder, const Owner& owner) {
  struct stat there {};
  if (::lstat(folder.c_str(), &there) != 0) {
    // Before the agent ran for the first time there is no store yet.
    if (auto made = make_store(folder.parent_path(), owner); !made) return made;
    return make(folder, 0700, owner);
  }
  if (!S_ISDIR(there.st_mode)) return Error{Code::io, folder.string() + ": is no folder"};
  if (there.st_uid != owner.user)
    return Error{Code::io, folder.string() + ": belongs to somebody else than the store: chown -R " +
                               std::to_string(owner.user) + ":" + std::to_string(owner.group) + " " + folder.string()};
  const Acting acting(owner);
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
