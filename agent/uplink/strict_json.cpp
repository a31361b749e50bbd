// SPDX-License-Identifier: Apache-2.0
// Members that are missing, given twice, or of another type.
#include "agent/uplink/strict_json.hpp"

#include "agent/core/document.hpp"
#include "agent/core/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

constexpr std::string_view of_nonces = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/// Listens to the parser and stops it at a member that its object has already: of two, every reader believes another one.
class OnceEach {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;
  using Failure = boost::system::error_code;
  using Text = json::string_view;

  [[nodiscard]] const std::string& twice() const { return twice_; }

  bool on_object_begin(Failure&) { return open_.emplace_back(), true; }
  bool on_object_end(std::size_t, Failure&) { return open_.pop_back(), true; }
  bool on_key_part(Text part, std::size_t, Failure&) { return key_.append(part.data(), part.size()), true; }
  bool on_key(Text part, std::size_t, Failure& failure) {
    key_.append(part.data(), part.size());
    std::string key = std::exchange(key_, {});
    if (open_.back().insert(key).second) return true;
    twice_ = std::move(key);
    failure = json::error::syntax;
    return false;
  }

  // The rest may be as it is.
  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t, Failure&) { return true; }
  bool on_string_part(Text, std::size_t, Failure&) { return true; }
  bool on_string(Text, std::size_t, Failure&) { return true; }
  bool on_number_part(Text, Failure&) { return true; }
  bool on_int64(std::int64_t, Text, Failure&) { return true; }
  bool on_uint64(std::uint64_t, Text, Failure&) { return true; }
  bool on_double(double, Text, Failure&) { return true; }
  bool on_bool(bool, Failure&) { return true; }
  bool on_null(Failure&) { return true; }
  bool on_comment_part(Text, Failure&) { return true; }
  bool on_comment(Text, Failure&) { return true; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
  std::string twice_;
};

}  // namespace

Error refusal(std::string what) { return {Code::config, std::move(what)}; }

bool consists_of(std::string_view text, std::size_t most, std::string_view allowed) {
  return !text.empty() && text.size() <= most && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_nonce(std::string_view text) { return consists_of(text, 64, of_nonces); }

std::string quotable(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out;
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(text), 1);
    if (out.size() + length > most) return out + "...";
    const bool control = static_cast<unsigned char>(text[0]) < ' ' || text[0] == '\x7f';
    out += control || utf8_length(text) == 0 ? "?" : std::string(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

Result<json::object> strict_object(std::string_view text, std::size_t deepest) {
  json::parse_options options;
  options.max_depth = deepest;
  boost::system::error_code failure;
  auto value = json::parse({text.data(), text.size()}, failure, {}, options);
  if (failure) return refusal("is no JSON that can be read: " + failure.message());
  if (!value.is_object()) return refusal("is no JSON object");
  json::basic_parser<OnceEach> again(options);
  again.write_some(false, text.data(), text.size(), failure);
  if (failure) return refusal("member \"" + quotable(again.handler().twice()) + "\" is given twice");
  return std::move(value.get_object());
}

std::string id_in(const json::object& object) {
  const auto* id = object.if_contains("id");
  if (id == nullptr || !id->is_string() || !is_nonce(id->get_string())) return {};
  return {id->get_string().data(), id->get_string().size()};
}

void Members::wrong(std::string_view member, const std::string& what) {
  if (!fault_) fault_ = refusal(place_ + std::string(member) + ": " + what);
}

void Members::only(const std::vector<std::string>& known) {
  for (const auto& member : object_)
    if (const std::string_view key = member.key(); std::ranges::find(known, key) == known.end())
      wrong(quotable(key), "unknown member" + (known.empty() ? "; this command takes none" : suggestion(key, known)));
}

std::string Members::text(std::string_view member) {
  const auto* value = find(member);
  if (value == nullptr) return {};
  if (!value->is_string()) return wrong(member, "must be text"), std::string();
  return {value->get_string().data(), value->get_string().size()};
}

std::string Members::word(std::string_view member, std::size_t most, std::string_view allowed, const std::string& rule) {
  auto value = text(member);
  if (!consists_of(value, most, allowed)) wrong(member, rule);
  return value;
}

std::string Members::nonce(std::string_view member) {
  return word(member, 64, of_nonces, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -");
}

std::uint64_t Members::number(std::string_view member) {
  const auto* value = find(member);
  if (value == nullptr) return 0;
  // What does not fit into 63 bits comes as another kind of number, and is no place in a store.
  if (value->is_int64() && value->get_int64() > 0) return static_cast<std::uint64_t>(value->get_int64());
  return wrong(member, "must be a whole number of at least 1"), 0;
}

Wall Members::instant(std::string_view member) {
  const auto written = text(member);
  const auto wall = parse_rfc3339(written);
  if (wall && written.ends_with('Z')) return *wall;
  wrong(member, "must be a time in UTC, such as 2026-11-22T04:30:00Z");
  return {};
}

json::object Members::object(std::string_view member) {
  const auto* value = find(member);
  if (value == nullptr) return {};
  if (!value->is_object()) return wrong(member, "must be an object"), json::object();
  return value->get_object();
}

const json::value* Members::find(std::string_view member) {
  const auto* value = object_.if_contains(member);
  if (value == nullptr) wrong(member, "is missing");
  return value;
}

}  // namespace kuzet::uplink
