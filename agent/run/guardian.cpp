// SPDX-License-Identifier: Apache-2.0
// Starting the guardian and looking after it.
#include "agent/run/guardian.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;

constexpr Duration pause_before_another = 10s;  // one that dies at once each time costs no more than this
constexpr auto patience_at_end = 2s;

std::string words_of(int error) { return std::generic_category().message(error); }

/// What the child has open, and how it is born; both are the system's, and given back.
struct Birth {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t how{};

  explicit Birth(int input) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);  // whatever a library opened without O_CLOEXEC
    posix_spawnattr_init(&how);
    // Blocked from the first instruction on: a signal to all of a service's processes must not take the guardian first.
    // systemd sends SIGABRT to all of them when its watchdog was not fed.
    sigset_t deaf;
    sigemptyset(&deaf);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT}) sigaddset(&deaf, signal);
    posix_spawnattr_setsigmask(&how, &deaf);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~Birth() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
  }
  Birth(const Birth&) = delete;
  Birth& operator=(const Birth&) = delete;
};

Result<> write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error{Code::io, words_of(errno)};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string end_of(int status) {
  if (WIFSIGNALED(status)) return "by signal " + std::to_string(WTERMSIG(status));
  return "with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Guardian::Guardian(const std::vector<OutputSettings>& outputs, Say say, std::string program)
    : list_(guarded_text(outputs)), say_(std::move(say)), program_(std::move(program)) {
  if (auto started = start(); !started) {
    say_("outputs: there is no guardian: " + started.error().what);
    told_ = true;
    again_ = Steady{};
  }
}

Result<> Guardian::start() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{Code::io, words_of(errno)};
  std::array<char*, 3> arguments{};
  std::string name = "kuzet", word = "guard-outputs";
  arguments[0] = name.data();
  arguments[1] = word.data();
  pid_t child = -1;
  int failed = 0;
  {
    const Birth birth(ends[0]);
    failed = ::posix_spawn(&child, program_.c_str(), &birth.files, &birth.how, arguments.data(), environ);
  }
  ::close(ends[0]);
  pipe_ = ends[1];
  if (failed != 0) return hang_up(), Error{Code::io, words_of(failed)};
  child_ = child;
  return write_all(pipe_, list_);
}

void Guardian::hang_up() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
}

void Guardian::tick(const Moment& now) {
  int status = 0;
  if (child_ && ::waitpid(*child_, &status, WNOHANG) == *child_) ended(status, now);
  if (child_ || !again_ || now.steady < *again_) return;
  again_ = now.steady + pause_before_another;
  const auto started = start();
  if (started) say_("outputs: another guardian was started");
  if (!started && !std::exchange(told_, true)) say_("outputs: there is no guardian: " + started.error().what);
  if (started) told_ = false;
}

void Guardian::ended(int status, const Moment& now) {
  child_.reset();
  hang_up();
  if (!again_ || *again_ < now.steady) again_ = now.steady;
  if (!std::exchange(told_, true)) say_("outputs: the guardian ended " + end_of(status));
}

Guardian::~Guardian() {
  if (child_) (void)write_all(pipe_, good_bye);  // one that is dead by now needs none
  hang_up();
  if (!child_) return;
  const auto end = std::chrono::steady_clock::now() + patience_at_end;
  while (std::chrono::steady_clock::now() < end) {
    if (::waitpid(*child_, nullptr, WNOHANG) != 0) return;
    std::this_thread::sleep_for(10ms);
  }
  say_("outputs: the guardian does not end and is killed");
  ::kill(*child_, SIGKILL);
  ::waitpid(*child_, nullptr, 0);
}

}  // namespace kuzet::run
