// SPDX-License-Identifier: Apache-2.0
// What is remembered of configurations is read back as it was written, and is old or new after a kill, never half.
#include "agent/run/last_good.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace kuzet;
using namespace kuzet::run;
using test::at;

namespace {

Kept kept_of(const std::string& text) {
  Kept kept;
  kept.good = LastGood{{text, R"({"cpu":50})"}, {true, {"air", "yard"}}, at(1).wall};
  kept.attempt = Attempt{"0123456789abcdef", {false, {"yard"}}, 2, true, at(2).wall};
  kept.wanted = Wanted{"w1", at(3).wall, at(99).wall, R"({"cpu":50})", "lost the broker", at(4).wall};
  kept.take_back({"fedcba9876543210", "lost yard", at(5).wall});
  return kept;
}

/// A child that writes and is killed at its n-th call of the system; false: it was done before.
bool killed_at(int call, const std::filesystem::path& folder, const Kept& kept) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    _exit(write_kept(folder, kept) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSTOPPED(status));
  for (int i = 0; i < call; ++i) {
    REQUIRE(::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0);
    ::waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return false;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return true;
}

}  // namespace

TEST_CASE("what is remembered of configurations is read back as it was written", "[K6][trial]") {
  const test::TempFolder folder;
  CHECK_FALSE(read_kept(folder / "none")->good.has_value());
  const Kept kept = kept_of("node: {id: n, site: \"s \xd2\x9b\"}\n");
  REQUIRE(write_kept(folder / "state", kept).has_value());
  const auto read = read_kept(folder / "state");
  REQUIRE(read.has_value());
  CHECK(read->good->origin == kept.good->origin);
  CHECK(read->good->worked == kept.good->worked);
  CHECK(read->good->since == at(1).wall);
  CHECK(read->attempt->fingerprint == "0123456789abcdef");
  CHECK(read->attempt->interrupted == 2);
  CHECK(read->attempt->running);
  CHECK(read->wanted->expires == at(99).wall);
  CHECK(read->wanted->taken_back == "lost the broker");
  REQUIRE(read->find("fedcba9876543210") != nullptr);
  CHECK(read->find("fedcba9876543210")->why == "lost yard");
  CHECK(read->find("0000000000000000") == nullptr);
  CHECK((std::filesystem::status(kept_file(folder / "state")).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
}

TEST_CASE("a state file that cannot be believed is said to be so", "[K6][trial]") {
  const test::TempFolder folder;
  REQUIRE(write_kept(folder.path(), kept_of("node: {id: n, site: s}\n")).has_value());
  const auto bytes = test::file_bytes(kept_file(folder.path()));
  const auto corrupt = [&](const std::string& content) {
    test::write_file(kept_file(folder.path()), content);
    const auto read = read_kept(folder.path());
    return read.has_error() && read.error().code == Code::corrupt;
  };
  CHECK(corrupt(""));
  CHECK(corrupt("[]"));
  CHECK(corrupt("{\"schema\":\"kuzet.configurations/2\",\"taken_back\":[]}"));
  CHECK(corrupt(bytes.substr(0, bytes.size() / 2)));
  std::string other = bytes;
  other.replace(other.find("id: n,"), 6, "id: m,");  // one letter of the text, rotten on the card
  CHECK(corrupt(other));
  CHECK_FALSE(corrupt(bytes));
}

TEST_CASE("the last good configuration is old or new after a kill at any step of its writing, never half", "[K6][trial]") {
  const test::TempFolder folder;
  const std::string old_text(20'000, 'a'), new_text(30'000, 'b');
  int call = 1, renewed = 0;
  for (;; ++call) {
    REQUIRE(write_kept(folder.path(), kept_of(old_text)).has_value());
    const bool killed = killed_at(call, folder.path(), kept_of(new_text));
    const auto read = read_kept(folder.path());
    INFO("killed at call " << call);
    REQUIRE(read.has_value());
    const auto& text = read->good->origin.text;
    REQUIRE((text == old_text || text == new_text));
    renewed += text == new_text ? 1 : 0;
    if (!killed) break;
    REQUIRE(call < 1000);
  }
  CHECK(call > 10);    // it was killed at many steps indeed
  CHECK(renewed > 1);  // also after the new one was there
  CHECK(read_kept(folder.path())->good->origin.text == new_text);
}

TEST_CASE("of what was taken back the newest eight are remembered, each once", "[trial]") {
  Kept kept;
  for (int i = 0; i < 12; ++i) kept.take_back({std::to_string(i), "why", at(i).wall});
  kept.take_back({"11", "again", at(20).wall});
  CHECK(kept.taken_back.size() == 8);
  CHECK(kept.find("3") == nullptr);
  CHECK(kept.find("4") != nullptr);
  CHECK(kept.find("11")->why == "again");
}
