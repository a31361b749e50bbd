// SPDX-License-Identifier: Apache-2.0
// K1, K2 and K4 with disks that are full, do not flush, lose power, and rot.
#include "tests/faults/storm.hpp"
#include "tests/harness/catch.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

using namespace kuzet::test;
using namespace std::chrono_literals;

namespace {

/// A broker and a witness who confirms.
struct City {
  Broker broker;
  Witness witness{broker.port(), Witness::Role::confirms};
  TempFolder folder;
  Chance chance;

  void sound(const Board& board, std::vector<std::string> words, int least, int most, std::vector<std::string> before = {}) {
    Process siren = board.start(std::move(words), std::move(before));
    std::this_thread::sleep_for(chance.wait(least, most));
    siren.kill(SIGKILL);
    (void)siren.wait(5s);
  }
  void require_nothing_lost(const Board& board) {
    INFO("seed " << chance.seed());
    const bool delivered = board.delivers(120s);
    if (!delivered) WARN(board.log().substr(board.log().size() - std::min<std::size_t>(board.log().size(), 3000)));
    CHECK(delivered);
    CHECK(settled_complaints(witness, board).empty());
    CHECK(out_of_order(witness.messages()).empty());
    CHECK(missing(board).empty());
  }
  /// Numbers of which the board said that they are on the disk, and which the witness never saw.
  [[nodiscard]] std::vector<std::int64_t> missing(const Board& board) const {
    std::set<std::int64_t> seen;
    for (const auto& message : witness.messages()) seen.insert(message.at("seq").to_number<std::int64_t>());
    auto accepted = board.accepted();
    std::erase_if(accepted, [&](std::int64_t seq) { return seen.contains(seq); });
    return accepted;
  }
};

/// A small file system in a file, which can lose its power.
class Disk {
 public:
  explicit Disk(const std::filesystem::path& folder) : file_(folder / "disk.img"), folder_(folder / "disk") {
    std::filesystem::create_directories(folder_);
    possible_ = ::geteuid() == 0 && !find_program("xfs_io").empty() && !find_program("mkfs.ext4").empty() &&
                run({"truncate", "-s", "64M", file_.string()}).code == 0 &&
                run({"mkfs.ext4", "-q", file_.string()}).code == 0 && attach();
    if (!possible_) WARN("skipped: needs root, mkfs.ext4, xfs_io (xfsprogs) and a loop device");
  }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk() { detach(); }
  [[nodiscard]] bool possible() const { return possible_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  void lose_power() const { CHECK(run({"xfs_io", "-x", "-c", "shutdown", folder_.string()}).code == 0); }
  bool attach() { return mounted_ = run({"mount", "-o", "loop", file_.string(), folder_.string()}).code == 0; }
  void detach() {
    if (mounted_) eventually([this] { return run({"umount", folder_.string()}).code == 0; }, 5s);
    mounted_ = false;
  }

 private:
  std::filesystem::path file_, folder_;
  bool possible_ = false, mounted_ = false;
};

/// Overwrites parts of pages, but for the first one; of a file that has no more than that, nothing.
void damage(const std::filesystem::path& file, Chance& chance, int pages) {
  const auto size = static_cast<int>(std::filesystem::file_size(file) / 4096);
  if (size < 3) return;
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  for (int i = 0; i < pages; ++i) {
    stream.seekp(static_cast<std::streamoff>(chance.between(1, size - 1)) * 4096 + chance.between(0, 64));
    const std::string rot(static_cast<std::size_t>(chance.between(16, 4000)), static_cast<char>(chance.between(0, 255)));
    stream.write(rot.data(), static_cast<std::streamsize>(rot.size()));
  }
}

}  // namespace

TEST_CASE("a disk that loses its power loses nothing that was accepted", "[K1][storm]") {
  if (!storm_is_possible()) return;
  City city;
  Disk disk(city.folder.path());
  if (!disk.possible()) return;
  const Board board(disk.folder() / "store", city.broker.url(), "resend: 2s");
  for (int i = 0; i < repeats("KUZET_POWER_CUTS", 5); ++i) {
    Process siren = board.start({"--rate", "200", "--timed"});
    std::this_thread::sleep_for(city.chance.wait(300, 1500));
    disk.lose_power();
    siren.kill(SIGKILL);
    (void)siren.wait(5s);
    disk.detach();
    REQUIRE(disk.attach());
  }
  city.require_nothing_lost(board);
}

TEST_CASE("a disk that is full again and again loses nothing that was accepted", "[K1][K4][storm]") {
  if (!storm_is_possible()) return;
  City city;
  const auto place = city.folder / "disk";
  std::filesystem::create_directories(place);
  if (::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=12m,mode=755") != 0) {
    WARN("skipped: not permitted to mount a disk in memory");
    return;
  }
  const Board board(place / "store", city.broker.url(), "resend: 2s");
  for (int i = 0; i < repeats("KUZET_FULL_DISKS", 3); ++i) {
    Process siren = board.start({"--rate", "100", "--pictures", "--observe", "20", "--timed"});
    std::this_thread::sleep_for(city.chance.wait(300, 1500));
    write_text(place / "filler", std::string(12 << 20, 'x'));
    std::this_thread::sleep_for(city.chance.wait(1000, 4000));
    CHECK(siren.running());
    if (i % 2 == 0) siren.kill(SIGKILL);
    std::filesystem::remove(place / "filler");
    std::this_thread::sleep_for(city.chance.wait(300, 2000));
  }
  city.require_nothing_lost(board);
  ::umount2(place.c_str(), MNT_DETACH);
}

TEST_CASE("a disk that fails to flush now and then loses nothing that was accepted", "[K1][storm]") {
  if (!storm_is_possible()) return;
  if (find_program("fiu-run").empty()) {
    WARN("skipped: fiu-run (fiu-utils) is not installed");
    return;
  }
  City city;
  const Board board(city.folder / "store", city.broker.url(), "resend: 2s");
  const std::vector<std::string> failing{"fiu-run", "-x",
                                         "-c",      "enable_random name=posix/io/sync/fdatasync,probability=0.1",
                                         "-c",      "enable_random name=posix/io/sync/fsync,probability=0.1"};
  city.sound(board, {"--rate", "20", "--count", "2"}, 500, 600);  // the store is made while the disk is sound
  for (int i = 0; i < repeats("KUZET_FLUSHES", 4); ++i) city.sound(board, {"--rate", "100", "--timed"}, 700, 2500, failing);
  city.require_nothing_lost(board);
}

TEST_CASE("a store with damaged pages is told, and every number that it lost is named by a gap", "[K1][K2][storm]") {
  if (!storm_is_possible()) return;
  City city;
  const Board board(city.folder / "store", city.broker.url(), "resend: 2s");
  for (int i = 0; i < repeats("KUZET_DAMAGES", 3); ++i) {
    city.broker.stop();
    city.sound(board, {"--rate", "300", "--observe", "10"}, 1200, 2500);  // a backlog
    damage(board.store() / "kuzet.db", city.chance, city.chance.between(1, 6));
    city.broker.start();
    city.sound(board, {"--rate", "20"}, 500, 4000);
  }
  INFO("seed " << city.chance.seed());
  CHECK(board.delivers(120s));
  const auto found = settled_complaints(city.witness, board);
  CHECK(found.empty());
  WARN("damaged stores: " << board.journals().size() - 1 << " set aside");
}

TEST_CASE("a store whose pages rot under a running board goes on", "[K1][K2][K7][storm]") {
  if (!storm_is_possible()) return;
  City city;
  const Board board(city.folder / "store", city.broker.url(), "resend: 2s");
  Process siren = board.start({"--rate", "100", "--observe", "5"});
  for (int i = 0; i < repeats("KUZET_DAMAGES", 3); ++i) {
    std::this_thread::sleep_for(city.chance.wait(1500, 3000));
    damage(board.store() / "kuzet.db", city.chance, 2);
    CHECK(siren.running());
  }
  std::this_thread::sleep_for(1s);
  siren.kill(SIGKILL);
  (void)siren.wait(5s);
  INFO("seed " << city.chance.seed());
  CHECK(board.delivers(120s));
  CHECK(settled_complaints(city.witness, board).empty());
  CHECK(out_of_order(city.witness.messages()).empty());
}
