// SPDX-License-Identifier: Apache-2.0
// What every driver of sensors and outputs holds to, whoever wrote it: the registry is walked, no driver is named.
#include "agent/run/sensor_schema.hpp"
#include "agent/run/system_clock.hpp"
#include "drivers/line.hpp"
#include "tests/harness/catch.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace kuzet {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Node sample_of(const drivers::DeviceType& type) {
  const fs::path file = fs::path(KUZET_SOURCE_DIR) / "drivers" / type.name / "sample.yaml";
  std::ifstream stream(file);
  CAPTURE(file);
  REQUIRE(stream);
  std::ostringstream text;
  text << stream.rdbuf();
  Faults faults("sample.yaml");
  Node root = read_yaml(
      text.str(), [](std::string_view) { return std::nullopt; }, faults);
  INFO(faults.text());
  REQUIRE(faults.none());
  return root;
}

/// The entries of the sample under `sensors` or `outputs`.
std::vector<Node> entries(const drivers::DeviceType& type, const char* list) {
  const Node root = sample_of(type);
  const Node* found = root.find(list);
  return found == nullptr ? std::vector<Node>{} : found->items;
}

drivers::Device read(const drivers::DeviceType& type, const Node& entry, bool output, Faults& faults) {
  const auto& fields = output ? *type.output_fields : *type.sensor_fields;
  auto device = (output ? type.output : type.sensor)(run::members_of(entry, fields), "sample", faults);
  device.id = "sample";
  return device;
}

/// Counts what a line tells.
struct Ear final : drivers::LineEvents {
  std::atomic<int> told = 0;
  void sampled(std::size_t, std::vector<Sample>) override { ++told; }
  void passed(std::size_t, Passage) override { ++told; }
  void alive(std::size_t) override { ++told; }
  void failed(std::size_t, const std::string& why) override {
    ++told;
    CHECK(!why.empty());
    CHECK(why.find('\n') == std::string::npos);
  }
  void described(std::size_t, const std::string&) override {}
  void switched(std::size_t, bool, const Result<>&) override { ++told; }
};

void check_fields(const drivers::DeviceType& type, const std::vector<Field>& fields) {
  for (const auto& field : fields) {
    CAPTURE(type.name, field.name);
    CHECK(field.help.size() > 10);
    CHECK(field.help.ends_with('.'));
    if (field.inner) check_fields(type, *field.inner);
  }
}

}  // namespace

TEST_CASE("every driver of sensors and outputs says what it is", "[plugins]") {
  REQUIRE_FALSE(drivers::device_types().empty());
  std::set<std::string> names;
  for (const auto* type : drivers::device_types()) {
    CAPTURE(type->name);
    CHECK(type->summary.size() > 40);
    CHECK((type->sensor_fields != nullptr || type->output_fields != nullptr));
    CHECK((type->sensor_fields != nullptr) == (type->sensor != nullptr));
    CHECK((type->output_fields != nullptr) == (type->output != nullptr));
    CHECK(drivers::find_device(type->name) == type);
    CHECK(names.insert(std::string(type->name)).second);
    if (type->sensor_fields != nullptr) check_fields(*type, *type->sensor_fields);
    if (type->output_fields != nullptr) check_fields(*type, *type->output_fields);
  }
  CHECK(drivers::find_device("nothing") == nullptr);
}

TEST_CASE("every driver accepts its own sample, and the sample names every setting", "[plugins][K6]") {
  for (const auto* type : drivers::device_types()) {
    std::set<std::string> named;  // what sensors and outputs share stands in one of them
    for (const bool output : {false, true}) {
      const auto* fields = output ? type->output_fields : type->sensor_fields;
      if (fields == nullptr) continue;
      const auto all = entries(*type, output ? "outputs" : "sensors");
      CAPTURE(type->name, output);
      REQUIRE_FALSE(all.empty());
      for (const auto& entry : all) {
        Faults faults("sample.yaml");
        const auto device = read(*type, entry, output, faults);
        CHECK(faults.text() == "");
        CHECK_FALSE(device.line.empty());
        if (!output) CHECK((!device.channels.empty() || device.passages));
        REQUIRE(entry.find("driver") != nullptr);
        CHECK(entry.find("driver")->text == type->name);
        for (const auto& member : entry.members) named.insert(member.key);
      }
    }
    for (const auto* fields : {type->sensor_fields, type->output_fields})
      for (const auto& field : fields == nullptr ? std::vector<Field>{} : *fields) {
        CAPTURE(type->name, field.name);
        CHECK(named.contains(field.name));
      }
  }
}

TEST_CASE("every driver refuses nonsense in each of its settings with key and place", "[plugins][K6]") {
  for (const auto* type : drivers::device_types())
    for (const bool output : {false, true}) {
      const auto* fields = output ? type->output_fields : type->sensor_fields;
      if (fields == nullptr) continue;
      for (const auto& field : *fields) {
        Node entry = entries(*type, output ? "outputs" : "sensors").front();
        std::erase_if(entry.members, [&](const Node::Member& member) { return member.key == field.name; });
        // A list in a list is no value of anything.
        Node nonsense{Node::Type::sequence, {99, 7}, "", false, {Node{Node::Type::sequence, {99, 8}, "", false, {}, {}}}, {}};
        entry.members.push_back({field.name, {99, 1}, nonsense});
        Faults faults("sample.yaml");
        (void)read(*type, entry, output, faults);
        CAPTURE(type->name, output, field.name, faults.text());
        CHECK(faults.text().find("sample.yaml:99:") != std::string::npos);
        CHECK(faults.text().find("sample." + field.name) != std::string::npos);
      }
    }
}

TEST_CASE("every driver comes to an end in time where there is no device, and says why", "[plugins][K7]") {
  const run::SystemClock clock;
  for (const auto* type : drivers::device_types()) {
    if (type->sensor_fields == nullptr) continue;
    Faults faults("sample.yaml");
    drivers::LinePlan plan;
    plan.sensors.push_back(read(*type, entries(*type, "sensors").front(), false, faults));
    const auto line = type->open(std::move(plan), clock);
    REQUIRE(line != nullptr);
    Ear ear;
    std::atomic<bool> over = false;
    Result<> ended;
    std::jthread worker([&](const std::stop_token& stop) {
      ended = line->work(ear, stop);
      over = true;
    });
    const auto until = std::chrono::steady_clock::now() + 500ms;
    while (!over && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
    const bool failed_by_itself = over;
    const auto began = std::chrono::steady_clock::now();
    worker.request_stop();
    worker.join();
    CAPTURE(type->name);
    CHECK(std::chrono::steady_clock::now() - began < 2s);
    if (failed_by_itself) {
      REQUIRE(ended.has_error());
      CHECK(ended.error().code == Code::io);
      CHECK(ended.error().what.size() > 8);
      CHECK(ended.error().what.find('\n') == std::string::npos);
    }
  }
}

}  // namespace kuzet
