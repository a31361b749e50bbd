// SPDX-License-Identifier: Apache-2.0
// Counters of the kernel, read now and then.
#include "agent/run/card_watch.hpp"

#include "agent/run/node_watch.hpp"
#include "agent/run/system_clock.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace kuzet::run {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr Duration look_every = 5s;
constexpr Duration fault_lasts = 90s;
constexpr std::uint64_t sector = 512;  // of the kernel's counters, whatever the device

std::optional<std::uint64_t> written_by_us(const fs::path& proc) {
  std::ifstream file(proc / "self/io");
  std::optional<std::uint64_t> written;
  std::uint64_t value = 0, cancelled = 0;
  for (std::string name; file >> name >> value;) {
    if (name == "write_bytes:") written = value;
    if (name == "cancelled_write_bytes:") cancelled = value;
  }
  if (!written) return std::nullopt;
  return *written > cancelled ? *written - cancelled : 0;
}

/// Of the whole device where the store lies on a part of it; nothing for file systems without one, such as those in memory.
std::optional<std::uint64_t> written_to_card(const fs::path& store, const fs::path& sys) {
  struct stat about {};
  if (::stat(store.c_str(), &about) != 0) return std::nullopt;
  const auto number = std::to_string(major(about.st_dev)) + ":" + std::to_string(minor(about.st_dev));
  std::error_code none;
  auto device = fs::canonical(sys / "dev/block" / number, none);
  if (none) return std::nullopt;
  if (fs::exists(device / "partition", none)) device = device.parent_path();
  std::ifstream file(device / "stat");
  std::uint64_t value = 0;
  for (int field = 0; field < 7; ++field)
    if (!(file >> value)) return std::nullopt;
  return value * sector;
}

/// A process id comes again, its start does not (proc(5), stat, field 22; the name in field 2 may hold blanks).
std::string this_process() {
  std::ifstream file("/proc/self/stat");
  std::string text, word;
  std::getline(file, text);
  std::istringstream words(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  for (int field = 3; field <= 22; ++field) words >> word;
  return boot_id() + "/" + std::to_string(::getpid()) + "/" + word;
}

}  // namespace

CardWrites read_card(const fs::path& store, const fs::path& proc, const fs::path& sys) {
  return {written_by_us(proc), written_to_card(store, sys)};
}

CardWatch::CardWatch(fs::path store, std::uint64_t daily, const std::string& kept,
                     std::function<void(const std::string&)> remember, Say say, Fault fault)
    : store_(std::move(store)),
      budget_({daily, this_process(), boot_id(), kept, std::move(remember)}),
      say_(std::move(say)),
      fault_(std::move(fault)) {}

Spared CardWatch::tick(const Moment& now) {
  if (looked_ && now.steady - *looked_ < look_every) return budget_.spared();
  looked_ = now.steady;
  const bool news = budget_.see(read_card(store_), now);
  if (news) say_("card: " + budget_.sentence(now));
  if (budget_.spared() != Spared::nothing) {
    auto details = budget_.report(now);
    details["what"] = budget_.sentence(now) + ".";
    details["do"] =
        "Look in kuzet alerts which rule raises so much and let it say evidence: picture or none, or raise store.daily.";
    fault_(node_fault::writes, std::move(details), fault_lasts);
  }
  return budget_.spared();
}

}  // namespace kuzet::run
