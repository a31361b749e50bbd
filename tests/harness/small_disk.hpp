// SPDX-License-Identifier: Apache-2.0
// A file system of its own that is quickly full. Needs the right to mount.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace kuzet::test {

/// In memory. Where it could not be mounted, `mounted` says so, and a test that needs it is skipped.
struct SmallDisk {
  explicit SmallDisk(int mebibytes) : mounted(mount(mebibytes, 0)) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted) ::umount2(folder.path().c_str(), MNT_DETACH);
  }

  /// Takes all that is free, to the last page; again, what became free since.
  void fill() const {
    const int file = ::open((folder / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::string page(4096, 'x');
    while (::write(file, page.data(), page.size()) > 0) continue;
    ::close(file);
  }
  void make_room() const { std::filesystem::remove(folder / "filler"); }
  /// False where the system does not want to.
  [[nodiscard]] bool grow(int mebibytes) const { return mount(mebibytes, MS_REMOUNT); }

  TempFolder folder;
  const bool mounted;

 private:
  [[nodiscard]] bool mount(int mebibytes, unsigned long how) const {
    const std::string size = "size=" + std::to_string(mebibytes) + "m";
    return ::mount("tmpfs", folder.path().c_str(), "tmpfs", how, size.c_str()) == 0;
  }
};

}  // namespace kuzet::test
