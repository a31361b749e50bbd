// SPDX-License-Identifier: Apache-2.0
// Writing and reading the state of alerts.
#include "agent/uplink/restore.hpp"

#include "agent/core/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace kuzet::uplink {

namespace json = boost::json;

namespace {

/// Opaque bytes as text that JSON carries.
std::string hexadecimal(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string from_hexadecimal(std::string_view text) {
  if (text.size() % 2 != 0) throw std::invalid_argument("half a byte");
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned int byte = 0;
    const auto read = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (read.ptr != text.data() + i + 2) throw std::invalid_argument("no hexadecimal digits");
    out += static_cast<char>(byte);
  }
  return out;
}

Box box_of(const json::array& a) {
  return {a.at(0).to_number<double>(), a.at(1).to_number<double>(), a.at(2).to_number<double>(), a.at(3).to_number<double>()};
}

/// Steady time does not survive a reboot: a restored moment keeps its wall time only.
Moment moment_of(const json::value& milliseconds) {
  return {Steady{}, Wall(std::chrono::milliseconds(milliseconds.to_number<std::int64_t>())), {}};
}

std::int64_t wall_ms(const Moment& moment) { return moment.wall.time_since_epoch().count(); }
std::int64_t steady_ms(const Moment& moment) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment.steady.time_since_epoch()).count();
}

Alert alert_of(const json::object& in) {
  Alert alert;
  alert.id = in.at("id").as_string();
  alert.kind = kind_named(in.at("kind").as_string()).value();
  alert.severity = severity_named(in.at("severity").as_string()).value();
  alert.source = in.at("source").as_string();
  alert.zone = in.at("zone").as_string();
  alert.rule = in.at("rule").as_string();
  alert.started = moment_of(in.at("started"));
  alert.confirmed = moment_of(in.at("confirmed"));
  alert.since_uncertain = in.at("since_uncertain").as_bool();
  alert.confidence = in.at("confidence").to_number<double>();
  alert.box = box_of(in.at("box").as_array());
  alert.measure = in.at("measure").as_object();
  alert.object = in.at("object").to_number<std::uint64_t>();
  alert.likeness = from_hexadecimal(in.at("likeness").as_string());
  return alert;
}

/// Older versions wrote neither of these.
void read_times(const json::object& in, Restored& out) {
  if (const auto* boot = in.if_contains("boot")) out.boot_id = boot->as_string();
  if (const auto* steady = in.if_contains("steady")) out.started_steady_ms = steady->to_number<std::int64_t>();
  if (const auto* ended = in.if_contains("ended")) out.alert.ended = moment_of(*ended);
  if (const auto* steady = in.if_contains("ended_steady")) out.ended_steady_ms = steady->to_number<std::int64_t>();
  if (const auto* uncertain = in.if_contains("ended_uncertain")) out.alert.ended_uncertain = uncertain->as_bool();
}

Restored restored_of(const json::object& in) {
  Restored out;
  out.alert = alert_of(in);
  read_times(in, out);
  return out;
}

}  // namespace

std::string open_state(const Alert& alert, const std::string& boot_id) {
  json::object out{
      {"id", alert.id},
      {"kind", name(alert.kind)},
      {"severity", name(alert.severity)},
      {"source", alert.source},
      {"zone", alert.zone},
      {"rule", alert.rule},
      {"boot", boot_id},
      {"started", wall_ms(alert.started)},
      {"steady", steady_ms(alert.started)},
      {"confirmed", wall_ms(alert.confirmed)},
      {"since_uncertain", alert.since_uncertain},
      {"confidence", alert.confidence},
      {"box", json::array{alert.box.x, alert.box.y, alert.box.width, alert.box.height}},
      {"measure", alert.measure},
      {"object", alert.object},
      {"likeness", hexadecimal(alert.likeness)},
  };
  if (alert.ended) {
    out["ended"] = wall_ms(*alert.ended);
    out["ended_steady"] = steady_ms(*alert.ended);
    out["ended_uncertain"] = alert.ended_uncertain;
  }
  return json_text(out);
}

Result<Restored> read_open_state(const std::string& text) {
  try {
    return restored_of(json::parse(text).as_object());
  } catch (const std::exception& unreadable) {
    return Error{Code::corrupt, std::string("the state of an alert cannot be read: ") + unreadable.what()};
  }
}

}  // namespace kuzet::uplink
