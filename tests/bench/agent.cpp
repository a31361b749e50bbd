// SPDX-License-Identifier: Apache-2.0
// The agent, started as systemd does.
#include "tests/bench/agent.hpp"

#include "tests/harness/process.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace kuzet::bench {

namespace {

using namespace std::chrono_literals;

/// Where a service says how it is (sd_notify(3)).
class NotifySocket {
 public:
  explicit NotifySocket(const std::filesystem::path& path) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::bind(fd_, std::bit_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot listen at " + path.string());
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { ::close(fd_); }

  /// What was said within a second; empty when nothing was.
  [[nodiscard]] std::string hear() const {
    std::array<char, 4096> text{};
    const auto size = ::recv(fd_, text.data(), text.size(), 0);
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
  }

 private:
  int fd_;
};

}  // namespace

Agent::Agent(const std::string& configuration) {
  const auto file = folder_ / "kuzet.yaml", socket = folder_ / "notify";
  test::write_text(file, configuration);
  const NotifySocket heard(socket);
  const auto began = std::chrono::steady_clock::now();
  process_ = std::make_unique<Child>(std::vector<std::string>{KUZET_PROGRAM, "run", "--config", file.string()}, folder_ / "log",
                                     std::vector<std::string>{"NOTIFY_SOCKET=" + socket.string()});
  while (heard.hear().find("READY=1") == std::string::npos) process_->must_run();
  start_ = std::chrono::steady_clock::now() - began;
}

void Agent::must_say(const std::string& words) const {
  const auto said = [&] {
    process_->must_run();
    return test::read_text(folder_ / "log").find(words) != std::string::npos;
  };
  if (!test::eventually(said, 10s)) throw std::runtime_error("kuzet did not say: " + words);
}

}  // namespace kuzet::bench
