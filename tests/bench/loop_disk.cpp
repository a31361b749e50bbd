// SPDX-License-Identifier: Apache-2.0
// Loop devices.
#include "tests/bench/loop_disk.hpp"

#include "tests/harness/process.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace kuzet::bench {

namespace {

constexpr std::uintmax_t size = std::uintmax_t{256} << 20;
constexpr std::uint64_t sector = 512;  // of the kernel's counters, whatever the device

std::string said(std::vector<std::string> command) {
  const auto ran = test::run(command);
  if (ran.code != 0) throw std::runtime_error(command.front() + ": " + ran.errors);
  return ran.output.substr(0, ran.output.find('\n'));
}

}  // namespace

bool LoopDisk::possible() {
  if (::geteuid() != 0) return false;
  try {
    const LoopDisk tried;
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

LoopDisk::LoopDisk() : mounted_(place_ / "disk") {
  const auto file = place_ / "image";
  std::ofstream(file).close();
  std::filesystem::resize_file(file, size);
  std::filesystem::create_directory(mounted_);
  (void)said({"mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", file.string()});
  device_ = said({"losetup", "-f", "--show", file.string()});
  if (::mount(device_.c_str(), mounted_.c_str(), "ext4", MS_NOATIME, nullptr) == 0) return;
  (void)test::run({"losetup", "-d", device_});
  throw std::runtime_error("cannot mount " + device_);
}

LoopDisk::~LoopDisk() {
  ::umount2(mounted_.c_str(), MNT_DETACH);
  (void)test::run({"losetup", "-d", device_});
}

std::uint64_t LoopDisk::written() const {
  const int folder = ::open(mounted_.c_str(), O_RDONLY | O_DIRECTORY);
  const bool flushed = ::syncfs(folder) == 0;
  ::close(folder);
  if (!flushed) throw std::runtime_error("cannot flush " + mounted_.string());
  std::ifstream counters("/sys/block/" + std::filesystem::path(device_).filename().string() + "/stat");
  std::uint64_t value = 0;
  for (int field = 1; field <= 7; ++field) counters >> value;  // the seventh: sectors written
  return value * sector;
}

}  // namespace kuzet::bench
