// SPDX-License-Identifier: Apache-2.0
// What another program costs: its processor time to the end, its steady processor time and its peak of memory.
#include "tests/bench/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

}  // namespace

Child::Child(std::vector<std::string> command, const std::filesystem::path& log, std::vector<std::string> environment)
    : name_(command[0]), log_(log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // a socket that listens here must not go on there
  std::vector<char*> words, variables;
  for (auto& word : command) words.push_back(word.data());
  for (auto& variable : environment) variables.push_back(variable.data());
  for (char** one = environ; *one != nullptr; ++one) variables.push_back(*one);
  words.push_back(nullptr);
  variables.push_back(nullptr);
  const int failed = posix_spawn(&pid_, words[0], &actions, nullptr, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + name_);
}

Child::~Child() {
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Child::running() const {
  siginfo_t state{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == 0;
}

void Child::must_run() const {
  if (!running()) throw std::runtime_error(name_ + " ended before its time:\n" + text_of(log_));
}

double Child::used() const {
  const std::string stat = text_of(proc("stat"));
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // its name may hold anything
  std::string skipped;
  for (int i = 3; i <= 13; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double Child::mebibytes(const char* file, std::string_view name) const {
  std::ifstream lines(proc(file));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
  return 0;
}

Child::Memory Child::memory() const {
  constexpr const char* sums = "smaps_rollup";
  return {mebibytes(sums, "Rss:"), mebibytes(sums, "Pss:"),
          mebibytes(sums, "Private_Clean:") + mebibytes(sums, "Private_Dirty:")};
}

long Child::entries(const char* folder) const {
  return static_cast<long>(
      std::distance(std::filesystem::directory_iterator(proc(folder)), std::filesystem::directory_iterator()));
}

void Child::ask_to_end() const { ::kill(pid_, SIGTERM); }

double Child::finish(bool must_succeed) {
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, 0, &usage) != pid_) throw std::runtime_error("cannot wait for " + name_);
  ended_ = true;
  if (must_succeed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
    throw std::runtime_error(name_ + " failed:\n" + text_of(log_));
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::filesystem::path Child::proc(const char* file) const {
  return std::filesystem::path("/proc") / std::to_string(pid_) / file;
}

Cost run_for(std::chrono::seconds duration, std::vector<std::string> command, const std::filesystem::path& log) {
  const auto began = std::chrono::steady_clock::now();
  Child child(std::move(command), log);
  std::this_thread::sleep_until(began + settling);
  child.must_run();
  const double settled = child.used();
  std::this_thread::sleep_until(began + duration);
  child.must_run();
  Cost cost;
  cost.steady = (child.used() - settled) / std::chrono::duration<double>(duration - settling).count();
  cost.peak = child.peak();
  child.ask_to_end();
  cost.whole = child.finish(false);
  cost.said = text_of(log);
  return cost;
}

Cost run_to_end(std::vector<std::string> command, const std::filesystem::path& log) {
  Child child(std::move(command), log);
  Cost cost;
  cost.whole = child.finish(true);
  cost.said = text_of(log);
  return cost;
}

}  // namespace kuzet::bench
