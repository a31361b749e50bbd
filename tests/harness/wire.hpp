// SPDX-License-Identifier: Apache-2.0
// A wire between the agent and a broker or a camera that fails in the ways in which wires fail.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace kuzet::test {

/// Forwards a port of its own on loopback to another one, on a thread of its own.
class Wire {
 public:
  enum class State {
    sound,
    refused,  ///< nobody listens; what was connected is reset
    silent,   ///< connections stand and are accepted, and nothing comes through: a black hole, a half-open link
    slow,     ///< 200 ms and 16 kB a second each way
    garbled,  ///< of what comes back, one byte in fifty is another one
    flooded,  ///< from the first answer on noise comes back, 8 MB a second
  };

  explicit Wire(int to);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] int port() const { return port_; }
  void set(State state);
  /// Ends every connection with a reset; new ones are taken as before.
  void cut();

 private:
  class Session;
  void bind();
  void accept();
  void take_next();
  void close_all();

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::ip::tcp::endpoint to_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int port_ = 0;
  State state_ = State::sound;
  std::minstd_rand chance_{1};
  std::vector<std::weak_ptr<Session>> sessions_;
  std::thread thread_;
};

}  // namespace kuzet::test
