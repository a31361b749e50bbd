// SPDX-License-Identifier: Apache-2.0
// A small HTTP server for strangers: everything is limited in size, number and time.
#pragma once

#include "agent/core/time.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace kuzet::drivers::webhook {

/// What was asked for, before its body was read.
struct Ask {
  boost::asio::ip::address from;
  std::string method;
  std::string path;           ///< without the query
  std::string authorization;  ///< header fields, as they came
  std::string token;          ///< of X-Token
  std::string content_type;
  std::optional<std::uint64_t> length;  ///< of the body, where it was said
};

struct Answer {
  int status = 204;
  std::string text = {};  ///< one sentence
  int retry_after = 0;    ///< seconds; 0: not said
};

/// Whom a body is for.
struct Admitted {
  std::vector<std::size_t> sensors;
  std::uint64_t most = 0;  ///< bytes of its body
};

/// Who decides. Called on the thread of serve().
class Desk {
 public:
  virtual ~Desk() = default;
  virtual std::variant<Admitted, Answer> admits(const Ask& ask) = 0;
  virtual Answer takes(const Admitted& whom, const std::string& content_type, const std::string& body) = 0;
};

struct Limits {
  std::size_t connections = 64;
  std::size_t of_one_address = 16;
  Duration header = std::chrono::seconds(10);  ///< from the first wait to the end of the header fields
  Duration body = std::chrono::seconds(10);    ///< the whole of it
};

/// Listens until `stop` (success, at once). `io` when it cannot: "127.0.0.1:8099: Address already in use".
Result<> serve(const boost::asio::ip::tcp::endpoint& where, const Limits& limits, Desk& desk, const std::stop_token& stop);

}  // namespace kuzet::drivers::webhook
