// SPDX-License-Identifier: Apache-2.0
// A board's folder for tests of what configuration runs there.
#pragma once

#include "agent/run/configurations.hpp"
#include "agent/run/dispatch.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kuzet::run {

using namespace std::chrono_literals;

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A board's folder over several runs of its agent; `trial: 100s`.
class Board {
 public:
  explicit Board(bool service = true) : service_(service) { write(""); }

  void write(const std::string& more) {
    text_ = "node: {id: n1, site: s1}\ntrial: 100s\nstore: {path: \"" + (folder_ / "store").string() + "\"}\n" + more;
    test::write_file(folder_ / "kuzet.yaml", text_);
  }
  void spoil() { test::write_file(folder_ / "kuzet.yaml", text_ + "cmaeras: []\n"); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  std::unique_ptr<Configurations> make() {
    const auto state = service_ ? folder_ / "state" : std::filesystem::path();
    return std::make_unique<Configurations>(Configurations::Setup{
        folder_ / "kuzet.yaml", state, [](std::string_view) { return std::nullopt; },
        [this](Configuration& all) { return fit(all); }, [this](const std::string& sentence) { said += sentence + "\n"; }});
  }
  /// Begun and opened; the fingerprint of what runs.
  std::unique_ptr<Configurations> run(double second) {
    auto out = make();
    auto first = out->begin(test::at(second));
    INFO(said);
    REQUIRE(first.has_value());
    running = first->fingerprint;
    out->opened(test::at(second));
    return out;
  }
  /// One that has passed its trial with the broker and the camera `yard`; the second at which it had.
  std::unique_ptr<Configurations> settled() {
    auto out = run(0);
    for (int second = 0; second <= 100; ++second) REQUIRE_FALSE(out->tick(well(), test::at(second)).has_value());
    REQUIRE(state(*out, 100) == "good");
    return out;
  }
  static Signs well() { return {true, {{"yard", true, 1min}}}; }
  static Signs cut_off() { return {false, {{"yard", true, 1min}}}; }
  static std::string state(const Configurations& all, double second) {
    return std::string(all.about(test::at(second)).at("state").as_string());
  }

  std::string said, running;
  std::function<Result<>(Configuration&)> fit = [](Configuration& all) { return Dispatch::check(all); };

 private:
  test::TempFolder folder_;
  bool service_;
  std::string text_;
};

/// Seconds from..to under these signs; what is to be run, if anything is.
inline std::optional<Configuration> pass_time(Configurations& all, const Signs& signs, int from, int to) {
  for (int second = from; second <= to; ++second)
    if (auto next = all.tick(signs, test::at(second))) return next;
  return std::nullopt;
}

inline uplink::DesiredReading wish(const std::string& id, const std::string& settings, double issued = 0,
                                   std::optional<Wall> expires = {}) {
  return {id, uplink::Desired{id, test::at(issued).wall, expires, boost::json::parse(settings).as_object()}};
}

inline std::string word(const boost::json::object& object, const char* key) {
  return object.at(key).is_string() ? std::string(object.at(key).as_string()) : boost::json::serialize(object.at(key));
}

}  // namespace kuzet::run
