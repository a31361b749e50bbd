// SPDX-License-Identifier: Apache-2.0
// Other programs.
#include "tests/harness/process.hpp"

#include "tests/harness/temp_folder.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace kuzet::test {

using namespace std::chrono_literals;

namespace {

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  void to(int fd, const std::filesystem::path& file) {
    posix_spawn_file_actions_addopen(&actions_, fd, file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  }
  /// A socket of the test that the other program held open would never be closed.
  void nothing_else() { posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

pid_t start(std::vector<std::string>& command, const std::filesystem::path& output, const std::filesystem::path& errors) {
  FileActions actions;
  actions.to(STDOUT_FILENO, output);
  actions.to(STDERR_FILENO, errors);
  actions.nothing_else();
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

}  // namespace

Process::Process(std::vector<std::string> command, const std::filesystem::path& log) : pid_(start(command, log, log)) {}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), ended_(other.ended_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(ended_, other.ended_);
  return *this;
}

Process::~Process() {
  if (pid_ < 0 || !running()) return;
  kill(SIGKILL);
  (void)wait(10s);
}

void Process::kill(int signal) const {
  if (!ended_) ::kill(pid_, signal);
}

bool Process::running() {
  if (ended_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  eventually([this] { return !running(); }, limit);
  return ended_;
}

Ran run(std::vector<std::string> command, std::chrono::milliseconds limit) {
  const TempFolder folder;
  const auto output = folder / "output", errors = folder / "errors";
  // A Process writes both into one file; here they are told apart by a shell that is given the words as they are.
  std::vector<std::string> shell{
      "sh", "-c", "out=$1; err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"", "sh", output.string(), errors.string()};
  shell.insert(shell.end(), command.begin(), command.end());
  Process process(shell, folder / "shell");
  const auto code = process.wait(limit);
  return {code.value_or(-1), read_text(output), read_text(errors)};
}

bool eventually(const std::function<bool()>& so, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write_text(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"})
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  return {};
}

}  // namespace kuzet::test
