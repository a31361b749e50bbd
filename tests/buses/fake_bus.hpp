// SPDX-License-Identifier: Apache-2.0
// A Modbus line whose slaves do with each request what a test says, however rude; over TCP or a pseudo-terminal.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::test {

using Octets = std::vector<std::uint8_t>;

/// Checksum of a serial frame, by the Modbus over Serial Line specification 1.02, section 6.2.2.
std::uint16_t modbus_crc(std::span<const std::uint8_t> bytes);

/// Opens at once; its scripts run on a thread of its own.
class FakeBus {
 public:
  /// `asked`: slave, function, data.
  using Script = std::function<void(FakeBus& bus, const Octets& asked)>;
  enum class Kind { serial, tcp };
  FakeBus(Kind kind, Script script);
  ~FakeBus();
  FakeBus(const FakeBus&) = delete;
  FakeBus& operator=(const FakeBus&) = delete;

  /// What a sensor's `address` has to be.
  [[nodiscard]] std::string address() const;
  /// What was asked so far.
  [[nodiscard]] std::vector<Octets> asked() const;

  // For scripts:
  void answer(const Octets& bytes);  ///< slave, function, data: with header or checksum
  void say(const Octets& bytes);     ///< just these bytes
  bool nap(int milliseconds) const;  ///< false: the test is over
  void hang_up();                    ///< closes the connection, or takes the port away

  /// From the test: the port goes, and comes back under the same name.
  void unplug();
  void plug();

 private:
  void serve();
  bool open_port();
  void talk();
  bool take(Octets& bytes, std::size_t count);

  Kind kind_;
  Script script_;
  TempFolder folder_;
  std::atomic<bool> over_ = false, plugged_ = true;
  std::atomic<int> port_ = 0;
  int listening_ = -1, fd_ = -1;
  Octets header_;  // of the request that is answered
  mutable std::mutex mutex_;
  std::vector<Octets> asked_;
  std::thread thread_;
};

/// Answers reads with register n = 100 * slave + n and takes every write.
void answer_well(FakeBus& bus, const Octets& asked);

}  // namespace kuzet::test
