// SPDX-License-Identifier: Apache-2.0
// Other people's Modbus servers: libmodbus's own in a thread, pymodbus's in a process; and a serial cable between two ports.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace kuzet::test {

/// Two serial ports (pseudo-terminals joined by socat), `here` for us and `there` for the slaves.
class Cable {
 public:
  Cable();
  [[nodiscard]] std::string here() const { return (folder_ / "here").string(); }
  [[nodiscard]] std::string there() const { return (folder_ / "there").string(); }

 private:
  TempFolder folder_;
  std::unique_ptr<Process> socat_;
};

/// libmodbus's server: one slave. Holding register n holds 100 * slave + n, input registers 1000 more, coils are off, every
/// third discrete input is on; 200 of each, counted from 0.
class LibmodbusServer {
 public:
  /// On a TCP port of its own, for one connection after the other, where `device` is empty.
  explicit LibmodbusServer(int slave, const std::string& device = "");
  ~LibmodbusServer();
  LibmodbusServer(const LibmodbusServer&) = delete;
  LibmodbusServer& operator=(const LibmodbusServer&) = delete;
  [[nodiscard]] std::string address() const { return address_; }

 private:
  void serve();

  struct Inner;
  std::unique_ptr<Inner> inner_;
  std::string address_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

/// pymodbus's server: the slaves "1,2,3", with the same values. Others stay silent.
class PymodbusServer {
 public:
  explicit PymodbusServer(const std::string& slaves, const std::string& device = "");
  [[nodiscard]] std::string address() const { return address_; }
  void kill(int signal) const { process_->kill(signal); }

 private:
  TempFolder folder_;
  std::unique_ptr<Process> process_;
  std::string address_;
};

}  // namespace kuzet::test
