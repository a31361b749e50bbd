// SPDX-License-Identifier: Apache-2.0
// Mosquitto without persistence.
#include "tests/bench/broker.hpp"

#include "tests/harness/broker.hpp"

#include <stdexcept>

namespace kuzet::bench {

using namespace std::chrono_literals;

Broker::Broker(Speaks speaks) : port_(test::free_port()) {
  std::string text = "listener " + std::to_string(port_) + " 127.0.0.1\nallow_anonymous true\npersistence false\n";
  text += "log_type error\nlog_type notice\nlog_type information\nset_tcp_nodelay true\n";
  if (speaks == Speaks::tls) {
    authority_.emplace();
    const auto certificate = authority_->sign({});
    text += "certfile " + certificate.file.string() + "\nkeyfile " + certificate.key.string() + "\nuser root\n";
  }
  test::write_text(folder_ / "mosquitto.conf", text);
  const auto program = test::find_program("mosquitto");
  if (program.empty()) throw std::runtime_error("there is no mosquitto on this machine");
  process_.emplace(std::vector<std::string>{program, "-c", (folder_ / "mosquitto.conf").string()}, folder_ / "log");
  const auto log = [this] { return test::read_text(folder_ / "log"); };
  if (!test::eventually([&] { return log().find("running") != std::string::npos; }, 10s))
    throw std::runtime_error("mosquitto: " + log());
}

std::string Broker::url() const { return (authority_ ? "mqtts://localhost:" : "mqtt://localhost:") + std::to_string(port_); }

std::string Broker::uplink() const {
  std::string out = "uplink: {servers: [\"" + url() + "\"], drain: 0";
  if (authority_) out += ", tls: {ca: \"" + authority() + "\"}";
  return out + "}\n";
}

}  // namespace kuzet::bench
