// SPDX-License-Identifier: Apache-2.0
// What becomes of outputs when the agent dies: killed, aborted, stopped, with its guardian or without.
#include "tests/harness/catch.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace kuzet {

namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Process;
using test::read_text;

constexpr auto soon = 20s;  // for a loaded machine; all of it takes a fraction of a second

/// A small agent that has switched two boxes away from their safe state.
struct Boxes {
  test::TempFolder folder;
  std::string first = folder / "first", second = folder / "second", log = folder / "log";
  Process agent;

  explicit Boxes(const std::string& safe = "off")
      : agent({KUZET_BOXES, safe, folder / "first", folder / "second"}, folder / "log") {
    const std::string away = safe == "on" ? "off\n" : "on\n";
    REQUIRE(eventually([&] { return text(first) == away && text(second) == away; }, soon));
  }
  static std::string text(const std::string& file) { return std::filesystem::exists(file) ? read_text(file) : ""; }
  [[nodiscard]] bool said(const std::string& words) const { return text(log).find(words) != std::string::npos; }
  /// The newest guardian that was told of.
  [[nodiscard]] pid_t guardian() const {
    std::istringstream lines(text(log));
    pid_t out = -1;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("guardian ") && line.find(':') == std::string::npos) out = std::stoi(line.substr(9));
    return out;
  }
};

/// Gone, and not as a zombie that nobody has reaped.
bool gone(pid_t process) { return ::kill(process, 0) != 0; }

std::string state_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  return text.empty() ? "" : text.substr(text.rfind(')') + 2, 1);
}

}  // namespace

TEST_CASE("an agent that is killed leaves its outputs in their safe states", "[K7][answers][faults]") {
  const std::string safe = GENERATE(std::string("off"), std::string("on"));
  const int signal = GENERATE(SIGKILL, SIGABRT, SIGSEGV);
  Boxes boxes(safe);
  boxes.agent.kill(signal);
  CHECK(eventually(
      [&] { return Boxes::text(boxes.first).ends_with(safe + "\n") && Boxes::text(boxes.second).ends_with(safe + "\n"); },
      soon));
  CHECK(eventually([&] { return boxes.said("guardian: the agent ended without a word; in their safe state: box-1, box-2"); },
                   soon));
}

TEST_CASE("an agent that ends in good order takes its guardian with it, which touches nothing", "[answers][faults]") {
  Boxes boxes;
  const auto guardian = boxes.guardian();
  REQUIRE(guardian > 0);
  CHECK_FALSE(gone(guardian));
  boxes.agent.kill(SIGTERM);
  CHECK(boxes.agent.wait(soon) == 0);
  CHECK(gone(guardian));
  CHECK(Boxes::text(boxes.first) == "on\n");
  CHECK_FALSE(boxes.said("without a word"));
}

TEST_CASE("a signal to everybody does not take the guardian before the agent", "[answers][faults]") {
  Boxes boxes;
  const auto guardian = boxes.guardian();
  CHECK(::getpgid(guardian) == guardian);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT}) ::kill(guardian, signal);
  std::this_thread::sleep_for(50ms);
  CHECK_FALSE(gone(guardian));
  boxes.agent.kill(SIGKILL);
  CHECK(eventually([&] { return Boxes::text(boxes.first) == "on\noff\n"; }, soon));
}

TEST_CASE("a guardian that is killed is told, replaced, and leaves no zombie", "[K7][answers][faults]") {
  Boxes boxes;
  const auto first = boxes.guardian();
  ::kill(first, SIGKILL);
  REQUIRE(eventually([&] { return boxes.said("outputs: the guardian ended by signal 9"); }, soon));
  REQUIRE(eventually([&] { return boxes.said("outputs: another guardian was started"); }, soon));
  CHECK(gone(first));
  CHECK(Boxes::text(boxes.first) == "on\n");
  std::this_thread::sleep_for(200ms);  // it reads its list
  boxes.agent.kill(SIGKILL);
  CHECK(eventually([&] { return Boxes::text(boxes.first) == "on\noff\n"; }, soon));
}

TEST_CASE("the guardian has nothing open but the pipe, and holds no device while the agent lives", "[answers][faults]") {
  Boxes boxes;
  const auto guardian = boxes.guardian();
  std::size_t open = 0;
  REQUIRE(eventually([&] { return state_of(guardian) == "S"; }, soon));
  for (const auto& file : std::filesystem::directory_iterator("/proc/" + std::to_string(guardian) + "/fd")) {
    ++open;
    const auto target = std::filesystem::read_symlink(file.path()).string();
    INFO(target);
    CHECK(target.find("first") == std::string::npos);
  }
  CHECK(open == 3);
}

TEST_CASE("a guardian whose output does not answer tries for a while and says so", "[K7][answers][faults]") {
  Boxes boxes;
  std::ofstream(boxes.second + ".sick").put('x');
  boxes.agent.kill(SIGKILL);
  CHECK(eventually([&] { return Boxes::text(boxes.first) == "on\noff\n"; }, soon));
  CHECK(eventually(
      [&] { return boxes.said("in their safe state: box-1; could not be switched: box-2 (no answer from the box)"); }, soon));
  CHECK(eventually([&] { return gone(boxes.guardian()); }, soon));
}

TEST_CASE("an output that answers again while the guardian tries is brought to safety", "[K7][answers][faults]") {
  Boxes boxes;
  std::ofstream(boxes.second + ".sick").put('x');
  boxes.agent.kill(SIGKILL);
  REQUIRE(eventually([&] { return Boxes::text(boxes.first) == "on\noff\n"; }, soon));
  std::filesystem::remove(boxes.second + ".sick");
  CHECK(eventually([&] { return Boxes::text(boxes.second) == "on\noff\n"; }, soon));
}

TEST_CASE("an agent that begins again while the guardian is at work ends up with its outputs", "[answers][faults]") {
  Boxes boxes;
  std::ofstream(boxes.first + ".sick").put('x');
  boxes.agent.kill(SIGKILL);
  std::this_thread::sleep_for(100ms);
  Process again({KUZET_BOXES, "off", boxes.first, boxes.second}, boxes.folder / "log2");
  std::filesystem::remove(boxes.first + ".sick");
  CHECK(eventually([&] { return Boxes::text(boxes.first).ends_with("on\n") && Boxes::text(boxes.second).ends_with("on\n"); },
                   soon));
}

}  // namespace kuzet
