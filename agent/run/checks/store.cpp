// SPDX-License-Identifier: Apache-2.0
// The store's folder, its file system, its room and its speed.
#include "agent/run/checks/store.hpp"

#include "agent/core/time.hpp"
#include "agent/outbox/quick_look.hpp"
#include "agent/run/checks/words.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kuzet::run::checks {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto check = "store";
constexpr auto slow = 250ms;  // each alert waits for one such write; a good card takes 5 to 30 ms
constexpr auto writing = 2s;  // for all of the writes
constexpr auto reading = 3s;  // for SQLite's own look
constexpr std::size_t writes = 12;
constexpr std::size_t page = 4096;

/// "/mnt/my\040disk" as the kernel writes a space (proc(5)).
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] != '\\' || !octal(i + 1) || !octal(i + 2) || !octal(i + 3)) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

bool within(const fs::path& path, const fs::path& point) {
  const auto [left, right] = std::mismatch(point.begin(), point.end(), path.begin(), path.end());
  return left == point.end() || (std::next(left) == point.end() && left->empty());  // "/mnt/" ends with an empty name
}

/// How long a small write takes until it is on the disk, the middle of some; nullopt where it cannot be tried.
std::optional<Duration> write_time(const fs::path& folder) {
  std::string name = (folder / ".kuzet-doctor-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return std::nullopt;
  (void)::unlink(name.c_str());  // whatever happens, nothing is left
  const std::string bytes(page, 'k');
  const Steady began = std::chrono::steady_clock::now();
  std::vector<Duration> took;
  while (took.size() < writes && std::chrono::steady_clock::now() - began < writing) {
    const Steady one = std::chrono::steady_clock::now();
    if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fsync(file) != 0) break;
    took.push_back(std::chrono::steady_clock::now() - one);
  }
  ::close(file);
  if (took.empty()) return std::nullopt;
  std::ranges::sort(took);
  return took[took.size() / 2];
}

Remarks check_speed(const fs::path& folder) {
  const auto time = write_time(folder);
  if (!time) return {{check, folder, State::unknown, "how fast it writes could not be tried", ""}};
  const bool late = *time > slow;
  return {{check, folder, late ? State::warning : State::good, "a write is on the disk after " + quick(*time),
           late ? "alerts wait for it: use a card of class A2, or an SSD; a card that became slow is often at its end" : ""}};
}

/// What the folder holds; nullopt where there are too many files to count them quickly.
std::optional<std::uint64_t> size_of(const fs::path& folder) {
  std::uint64_t out = 0;
  std::error_code failed;
  const Steady until = std::chrono::steady_clock::now() + reading;
  for (fs::recursive_directory_iterator file(folder, fs::directory_options::skip_permission_denied, failed), end;
       !failed && file != end; file.increment(failed)) {
    std::error_code gone;
    const auto size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) out += size;  // the agent may have removed it meanwhile
    if (std::chrono::steady_clock::now() > until) return std::nullopt;
  }
  return out;
}

Remarks check_room(const StoreSettings& settings) {
  struct statvfs about {};
  if (::statvfs(settings.path.c_str(), &about) != 0) return {};
  const auto used = size_of(settings.path);
  if (!used)
    return {{check, settings.path, State::unknown, "how much it holds could not be counted quickly", "kuzet status tells it"}};
  return judge_room(settings, {about.f_blocks * about.f_frsize, about.f_bavail * about.f_frsize, *used});
}

Remarks check_book(const fs::path& folder) {
  const auto looked = outbox::quick_look(folder, reading);
  if (!looked && looked.error().code == Code::busy)
    return {{check, folder, State::unknown, looked.error().what, "kuzet verify looks at all of it"}};
  if (!looked)
    return {{check, folder, State::bad, looked.error().what,
             "the agent sets it aside and saves what can be read when it starts; look at the card below"}};
  return {{check, folder, State::good,
           *looked ? "the store's databases are sound" : "there is no store yet: it is made at the first start", ""}};
}

}  // namespace

bool Mount::has(std::string_view option) const {
  std::string_view left = options;
  for (; !left.empty(); left.remove_prefix(std::min(left.size(), left.find(',') + (left.find(',') == left.npos ? 0 : 1)))) {
    if (left.substr(0, left.find(',')) == option) return true;
    if (left.find(',') == std::string_view::npos) return false;
  }
  return false;
}

std::optional<Mount> mount_of(const Roots& roots, const fs::path& path) {
  std::optional<Mount> out;
  for (const auto& line : lines_of(roots.at("/proc/self/mounts"))) {
    const auto words = words_of(line);
    if (words.size() < 4) continue;
    Mount one{unescaped(words[0]), unescaped(words[1]), words[2], words[3]};
    if (within(path, one.point) && (!out || one.point.size() >= out->point.size())) out = std::move(one);
  }
  return out;
}

Remarks check_sandbox(const Roots& roots, const fs::path& folder, const std::string& setting) {
  const auto unit = unit_settings(roots);
  const auto words = [&unit](const char* key) {
    const auto found = unit.find(key);
    return found == unit.end() ? std::vector<std::string>{} : words_of(found->second);
  };
  if (const auto how = words("ProtectSystem"); how.empty() || how.front() != "strict") return {};
  const auto lies_in = [&folder](const fs::path& open) { return within(folder, open); };
  for (const auto& name : words("StateDirectory"))
    if (lies_in(fs::path("/var/lib") / name)) return {};
  for (const auto& path : words("ReadWritePaths"))
    if (lies_in(path.substr(path.find_first_not_of("-+")))) return {};
  return {{"permission", setting, State::bad,
           "the service may not write into " + folder.string() + ": its unit lets it write into its own folder alone",
           "sudo systemctl edit kuzet, with the lines [Service] and ReadWritePaths=" + folder.string() +
               "; then sudo systemctl restart kuzet"}};
}

Remarks check_permission(const fs::path& folder, const Access& access) {
  const int denied = access.denied(folder, R_OK | W_OK | X_OK);
  if (denied == 0) return {{"permission", folder, State::good, access.who() + " may write into " + folder.string(), ""}};
  const std::string name = access.user() ? access.user()->name : "kuzet";
  if (denied == EROFS)
    return {{"card", folder, State::bad, folder.string() + " cannot be written: its file system is read-only",
             "the kernel makes it so after errors of the card: look at dmesg, save what is needed, change the card"}};
  return {{"permission", folder, access.speaks_for_service() ? State::bad : State::unknown,
           access.who() + " may not write into " + folder.string() + ": " + why(denied),
           denied == ENOENT
               ? "sudo install -d -o " + name + " -g " + name + " -m 0750 " + folder.string()
               : "sudo chown -R " + name + ":" + name + " " + folder.string() +
                     (access.speaks_for_service() ? "" : "; or run this with sudo, to see it as the service does")}};
}

Remarks check_mount(const Roots& roots, const fs::path& folder) {
  static constexpr std::array unsafe{"vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk"};
  static constexpr std::array remote{"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"};
  const auto mount = mount_of(roots, folder);
  if (!mount) return {{check, folder, State::unknown, "the kernel does not tell on which file system it lies", ""}};
  const std::string where = "it lies on " + mount->device + " (" + mount->type + ", " + mount->point + ")";
  if (mount->has("ro"))
    return {{"card", folder, State::bad, where + ", which is read-only",
             "after errors the kernel makes a card so: look at dmesg, save what is needed, change the card"}};
  if (std::ranges::find(unsafe, mount->type) != unsafe.end())
    return {{check, folder, State::bad, where + ": it knows no owners and breaks at a power cut",
             "use ext4: sudo mkfs.ext4 DEVICE"}};
  if (mount->type == "tmpfs" || mount->type == "ramfs" || mount->type == "overlay")
    return {{check, folder, State::warning, where + ": alerts that wait there are lost at a power cut",
             "let store.path be on the card or a disk; where the root is an overlay, on a partition of its own"}};
  if (std::ranges::find(remote, mount->type) != remote.end())
    return {{check, folder, State::warning, where + ": SQLite's locks cannot be trusted over a network",
             "let store.path be on the board's own disk"}};
  return {{check, folder, State::good, where, ""}};
}

Remarks judge_room(const StoreSettings& settings, const Room& room) {
  const std::uint64_t budgets =
      settings.evidence.count + settings.telemetry.count + settings.history.count + settings.journal.count;
  const std::uint64_t keep = settings.keep_free.count, wanted = budgets + keep;
  const std::string have = sized(room.free) + " of " + sized(room.whole) + " are free";
  if (room.free < keep)
    return {{check, settings.path, State::bad,
             have + ", less than the " + sized(keep) + " of store.keep_free: alerts alone are stored",
             "free some room (sudo journalctl --vacuum-size=100M, sudo apt clean), or use a larger card"}};
  if (room.free + room.used < wanted)
    return {
        {check, settings.path, State::warning,
         have + ": the budgets of the store (" + sized(budgets) + ") and keep_free (" + sized(keep) + ") are more than that",
         "pictures will go earlier than they should: lower store.evidence, or use a larger card"}};
  return {
      {check, settings.path, State::good, have + ", the store has " + sized(room.used) + " of at most " + sized(budgets), ""}};
}

Remarks check_store(const Roots& roots, const StoreSettings& settings, const Access& access) {
  Remarks out = check_permission(settings.path, access);
  append(out, check_mount(roots, settings.path));
  std::error_code none;
  if (!fs::exists(settings.path, none)) return out;
  append(out, check_room(settings));
  append(out, check_speed(settings.path));
  append(out, check_book(settings.path));
  return out;
}

}  // namespace kuzet::run::checks
