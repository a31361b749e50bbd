// SPDX-License-Identifier: Apache-2.0
// Outputs at work: orders, what is written down of them, faults, commands.
#include "agent/run/outputs.hpp"

#include "agent/core/json.hpp"
#include "tests/harness/box.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/moments.hpp"

#include <deque>
#include <map>

namespace kuzet::run {

namespace {

using namespace std::chrono_literals;
using test::at;
namespace json = boost::json;

struct TestClock final : Clock {
  Moment moment = at(0);
  [[nodiscard]] Moment now() const override { return moment; }
};

OutputSettings output_of(const std::string& id) {
  OutputSettings out;
  out.id = out.limits.id = id;
  out.attached.type = &test::box_device();
  return out;
}

/// A site with a light and a siren, whose lines answer at once, or when deliver() says.
struct Site {
  TestClock clock;
  std::vector<std::string> said, journal, seen, escalated;
  std::map<std::string, std::string> facts;
  std::string dead;
  bool later = false;
  std::deque<std::pair<std::string, bool>> waiting;
  std::unique_ptr<Outputs> outputs = make();

  std::unique_ptr<Outputs> make() {
    alerts::Answer answer;
    answer.kind = "fire";
    answer.until = "confirmed";
    answer.steps = {{0s, "light", 0s}, {60s, "siren", 0s}};
    Outputs::Hooks hooks;
    hooks.want = [this](const std::string& output, bool on) {
      waiting.emplace_back(output, on);
      if (!later) deliver();
    };
    hooks.remember = [this](const std::string& name, const std::string& value) {
      value.empty() ? static_cast<void>(facts.erase(name)) : static_cast<void>(facts[name] = value);
    };
    hooks.journal = [this](const json::object& entry) { journal.push_back(json_text(entry)); };
    hooks.observe = [this](const std::string& output, const Observation& one, const Moment&) {
      seen.push_back(output + " " + one.what + " " + json_text(one.values));
    };
    hooks.escalate = [this](const std::string& alert, std::size_t level) {
      escalated.push_back(alert + " " + std::to_string(level));
      outputs->alert({Phase::escalated, fire(), clock.moment});  // as the agent does, from within
    };
    hooks.say = [this](const std::string& sentence) { said.push_back(sentence); };
    return std::make_unique<Outputs>(std::vector{output_of("light"), output_of("siren")}, std::vector{answer}, "b1", clock,
                                     std::move(hooks), false);
  }
  void deliver() {
    while (!waiting.empty()) {
      const auto [output, on] = waiting.front();
      waiting.pop_front();
      outputs->switched(output, on, output == dead ? Result<>(Error{Code::io, "no answer from slave 4"}) : Result<>());
    }
  }
  static Alert fire() {
    Alert alert;
    alert.id = "A";
    alert.kind = Kind::fire;
    alert.rule = "yard/fire";
    alert.confirmed = at(1);
    return alert;
  }
  void raise() {
    outputs->alert({Phase::opened, fire(), clock.moment});
    outputs->recorded("A", "s1", 7);
  }
  void go(double from, double to) {
    for (double second = from; second <= to; ++second) clock.moment = at(second), outputs->tick();
  }
};

}  // namespace

TEST_CASE("each switch is said, written into the journal and observed, with its reason", "[K8][answers]") {
  Site site;
  site.later = true;  // outputs_ is not there while its constructor runs
  site.go(0, 0);
  site.deliver();
  CHECK(site.journal.size() == 2);
  CHECK(site.journal[0] == R"({"at":"2026-11-22T04:30:58.000Z","switch":"light","on":false,"why":"start","done":true})");
  site.later = false;
  site.clock.moment = at(1);
  site.raise();
  CHECK(site.said.back() == "output light: on, step 1 of the answer to yard/fire, alert A");
  CHECK(
      site.journal.back() ==
      R"({"at":"2026-11-22T04:30:59.000Z","switch":"light","on":true,"why":"answer","alert":"A","rule":"yard/fire","step":1,"done":true})");
  CHECK(site.seen.back() == R"(light output {"on":true,"why":"answer","alert":"A","rule":"yard/fire","step":1})");
  site.go(2, 70);
  CHECK(site.said.back() == "output siren: on, step 2 of the answer to yard/fire, alert A");
  CHECK(site.escalated == std::vector<std::string>{"A 1"});
  uplink::Ack ack;
  ack.upto = uplink::UpTo{"s1", 7};
  site.outputs->acknowledged(ack);
  CHECK(site.said.back() == "output siren: off, over: yard/fire, alert A");
  CHECK(site.facts.contains("answer/A/kind fire #1"));
}

TEST_CASE("an acknowledgement by the alert's name is one too", "[answers]") {
  Site site;
  site.go(0, 0);
  site.clock.moment = at(1);
  site.raise();
  uplink::Ack ack;
  ack.ids = {"B", "A"};
  site.outputs->acknowledged(ack);
  CHECK(site.said.back() == "output light: off, over: yard/fire, alert A");
}

TEST_CASE("an output that cannot be switched is said once, and is a fault of the node until it works", "[K7][answers]") {
  Site site;
  site.go(0, 0);
  site.dead = "siren";
  site.clock.moment = at(1);
  site.raise();
  site.go(1, 100);
  CHECK(std::ranges::count_if(site.said, [](const auto& one) { return one.starts_with("output siren: could not"); }) == 1);
  CHECK(std::ranges::count_if(site.journal, [](const auto& one) { return one.find("slave 4") != std::string::npos; }) == 1);
  CHECK(site.seen.back().starts_with(R"(siren output {"on":null,"why":"answer")"));
  const auto found = site.outputs->look(at(101));
  REQUIRE(found.size() == 2);
  CHECK(found[0].second.empty());
  REQUIRE(found[1].second.size() == 1);
  CHECK(found[1].first->id == "siren/node_fault/output");
  CHECK(found[1].second[0].measure.at("cause") == "no answer from slave 4");
  CHECK(site.outputs->about(at(101))[1].at("cause") == "no answer from slave 4");
  CHECK(site.outputs->about(at(101))[1].at("on").is_null());
  site.dead.clear();
  site.go(101, 130);
  CHECK(site.said.back() == "output siren: on, step 2 of the answer to yard/fire, alert A; it works again");
  CHECK(site.outputs->look(at(131))[1].second.empty());
}

TEST_CASE("a command is answered with its end, or refused with a sentence", "[answers]") {
  Site site;
  site.go(0, 0);
  const auto done = site.outputs->obey({"light", true, 60s});
  REQUIRE(done.has_value());
  CHECK(json_text(*done) == R"({"output":"light","state":"on","until":"2026-11-22T04:31:58.000Z"})");
  CHECK(site.said.back() == "output light: on, by command");
  CHECK(json_text(site.outputs->about(at(0))[0].at("held")) == R"({"state":"on","for_s":60})");
  CHECK(json_text(*site.outputs->obey({"light", std::nullopt, {}})) == R"({"output":"light","state":"auto"})");
  CHECK(site.outputs->obey({"lihgt", true, 60s}).error().what ==
        "output lihgt: there is no output \"lihgt\"; did you mean \"light\"?");
}

TEST_CASE("a stop is over when every line has said that its output is safe", "[K7][answers]") {
  Site site;
  site.go(0, 0);
  site.clock.moment = at(1);
  site.raise();
  CHECK(site.said.back().starts_with("output light: on"));
  site.later = true;
  site.outputs->stop();
  CHECK_FALSE(site.outputs->settled());
  site.deliver();
  CHECK(site.outputs->settled());
  CHECK(site.said.back() == "output light: off, at stop");
}

}  // namespace kuzet::run
