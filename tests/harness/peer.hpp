// SPDX-License-Identifier: Apache-2.0
// A server on a port of its own that does with each connection what a test says, however rude.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kuzet::test {

/// One connection, as the server sees it.
class Talk {
 public:
  Talk(int fd, const std::atomic<bool>& over) : fd_(fd), over_(over) {}
  /// What the other side sends up to an empty line; what there was when it closes or the test is over.
  std::string request();
  /// False when the other side is gone or the test is over.
  bool send(std::string_view bytes);
  /// Waits so long, or until the other side is gone; false then.
  bool wait(int milliseconds);
  /// Says nothing until the other side is gone.
  void hang() {
    while (wait(1000)) {
    }
  }

 private:
  int fd_;
  const std::atomic<bool>& over_;
};

/// Takes connections on 127.0.0.1, one after the other, from its making to its end.
class Peer {
 public:
  using Script = std::function<void(Talk&, const std::string& request)>;
  /// `script` runs on a thread of the peer for each connection, once its request has come.
  explicit Peer(Script script);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// "http://127.0.0.1:PORT/path".
  [[nodiscard]] std::string url(const std::string& path = "/", const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// What was asked so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve();

  Script script_;
  int port_ = 0;  // before fd_, whose making sets it
  int fd_ = -1;
  std::atomic<bool> over_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// A port of 127.0.0.1 on which nobody listens.
int closed_port();

}  // namespace kuzet::test
