// SPDX-License-Identifier: Apache-2.0
// JSON of others, read strictly: whoever misspells a member meant something by it.
#pragma once

#include "agent/core/result.hpp"
#include "agent/core/time.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::uplink {

/// A refusal (`config`) with a sentence.
Error refusal(std::string what);

/// 1 to `most` of the allowed characters.
bool consists_of(std::string_view text, std::size_t most, std::string_view allowed);

/// 1 to 64 of [A-Za-z0-9_-]: what may name an order.
bool is_nonce(std::string_view text);

/// What somebody else wrote, fit for a sentence: at most 40 bytes, UTF-8, without control characters.
std::string quotable(std::string_view text);

/// An object and nothing behind it, in UTF-8, each member once, at most so many levels.
Result<boost::json::object> strict_object(std::string_view text, std::size_t deepest = 8);

/// The member `id` where it is a nonce, else nothing.
std::string id_in(const boost::json::object& object);

/// An object that is read member by member. The first thing that is wrong with it is kept; what is read after that is void.
class Members {
 public:
  Members(const boost::json::object& object, std::string place) : object_(object), place_(std::move(place)) {}

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }
  void wrong(std::string_view member, const std::string& what);
  void only(const std::vector<std::string>& known);
  [[nodiscard]] bool has(std::string_view member) const { return object_.contains(member); }
  std::string text(std::string_view member);
  /// Text of at most so many of these characters.
  std::string word(std::string_view member, std::size_t most, std::string_view allowed, const std::string& rule);
  std::string nonce(std::string_view member);
  std::uint64_t number(std::string_view member);
  /// RFC 3339 in full and in UTC: a day alone does not say when something ends.
  Wall instant(std::string_view member);
  boost::json::object object(std::string_view member);

 private:
  const boost::json::value* find(std::string_view member);

  const boost::json::object& object_;
  std::string place_;
  std::optional<Error> fault_;
};

}  // namespace kuzet::uplink
