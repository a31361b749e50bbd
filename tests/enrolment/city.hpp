// SPDX-License-Identifier: Apache-2.0
// A city that enrolls boards: the service of server.py, and a board with nothing but a configuration.
#pragma once

#include "tests/harness/broker.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::test {

class City {
 public:
  explicit City(std::chrono::seconds life = std::chrono::hours(24));

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::filesystem::path ca() const { return folder_ / "ca.pem"; }
  /// https://localhost:PORT/ and the path.
  [[nodiscard]] std::string url(const std::string& path = "enrol") const;
  /// All answers from now on have this fault; none: empty.
  void has_fault(const std::string& fault) const { write_text(folder_ / "fault", fault); }
  void names_server(const std::string& url) const { write_text(folder_ / "servers", url + "\n"); }
  /// A fresh token.
  std::string token();
  /// What it was asked, in order.
  [[nodiscard]] std::vector<boost::json::object> requests() const;
  /// Settings of a broker whose certificate this city signed, and that lets in only whom it signed; it listens without TLS too.
  [[nodiscard]] BrokerSettings broker(int plain_port) const;

 private:
  TempFolder folder_;
  Process process_;
  int tokens_ = 0;
};

/// A board before it is enrolled.
class Blank {
 public:
  explicit Blank(const std::string& more = "");
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::filesystem::path configuration() const { return folder_ / "kuzet.yaml"; }
  [[nodiscard]] std::filesystem::path identity() const { return folder_ / "store/identity"; }
  /// The words of `kuzet enroll` for it.
  [[nodiscard]] std::vector<std::string> words(const City& city, const std::string& url, const std::string& token) const;
  [[nodiscard]] Ran enroll(const City& city, const std::string& url, const std::string& token) const;

 private:
  TempFolder folder_;
};

}  // namespace kuzet::test
