// SPDX-License-Identifier: Apache-2.0
// A broker that says, byte for byte, what a test tells it to.
#pragma once

#include <string>
#include <thread>
#include <vector>

namespace kuzet::test {

/// Serves one connection: to each packet that comes it gives the next of its answers, and at their end it hangs up, or stays
/// silent as long as it lives. On 127.0.0.1.
class Puppet {
 public:
  enum class End { hangs_up, stays_silent };
  Puppet(std::vector<std::string> answers, End end);
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;
  ~Puppet();
  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve(const std::vector<std::string>& answers, End end) const;

  int listening_;
  int stop_[2];
  int port_ = 0;
  std::thread thread_;
};

}  // namespace kuzet::test
