// SPDX-License-Identifier: Apache-2.0
// What every detector and every camera driver holds to, whoever wrote it: the registries are walked, no plugin is named.
#include "drivers/camera.hpp"
#include "tests/harness/catch.hpp"
#include "tests/house/painted.hpp"
#include "vision/detector.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

namespace kuzet {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using house::painted;

const Polygon zone{{0.1, 0.1}, {0.9, 0.15}, {0.85, 0.9}, {0.15, 0.95}};

Node node_of(const std::string& yaml) {
  Faults faults("test");
  Node node = read_yaml(
      yaml, [](std::string_view) { return std::nullopt; }, faults);
  INFO(yaml);
  REQUIRE(faults.text().empty());
  return node;
}

std::string sample_text(const vision::DetectorType& type) {
  std::ifstream stream(fs::path(KUZET_SOURCE_DIR) / "vision" / type.name / "sample.yaml");
  std::ostringstream out;
  out << stream.rdbuf();
  return out.str();
}

/// The one entry of the sample, which is written as it stands in a configuration: `detect:` and a list.
Node sample(const vision::DetectorType& type) {
  const Node root = node_of(sample_text(type));
  const Node* entries = root.find("detect");
  REQUIRE(entries != nullptr);
  REQUIRE(entries->items.size() == 1);
  return entries->items[0];
}

/// Settings that all detectors have are told once, not in each sample.
bool is_shared(const Field& field) { return field.name == "zone" || field.name == "severity" || field.name == "evidence"; }

std::string plan_faults(const vision::DetectorType& type, const Node& entry) {
  Faults faults("sample.yaml");
  type.plan(entry, "detect", faults);
  return faults.text();
}

vision::Plan plan(const vision::DetectorType& type) {
  Faults faults("sample.yaml");
  auto plan = type.plan(sample(type), "detect", faults);
  REQUIRE(faults.text().empty());
  REQUIRE(plan.make);
  return plan;
}

/// A look as text, so that two can be compared and read.
std::string told(const vision::Look& look) {
  std::string out;
  for (const auto& finding : look.findings) {
    const auto& box = finding.box;
    out += boost::json::serialize(boost::json::array{
               std::string(name(finding.kind)), finding.object, finding.confidence, box.x, box.y, box.width, box.height,
               finding.since.time_since_epoch().count(), finding.since_uncertain,
               std::string(name(finding.severity.value_or(Severity::low))), finding.measure, finding.likeness.size()}) +
           finding.likeness + "\n";
  }
  for (const auto& one : look.observations) out += one.what + boost::json::serialize(one.values) + "\n";
  return out;
}

/// All looks at six seconds of painted pictures.
std::string story(vision::Detector& detector, double rate, cv::Size size = {640, 360}) {
  std::string out;
  for (std::uint64_t number = 0; static_cast<double>(number) < 6 * rate; ++number) {
    const auto text = told(detector.look(painted(number, rate, size)));
    if (!text.empty()) out += std::to_string(number) + ": " + text;
  }
  return out;
}

/// Whatever is found is of a kind that has a rule, is in the picture, and was not there before time began.
void check_look(const vision::Look& look, const vision::Plan& plan, const Frame& frame) {
  for (const auto& finding : look.findings) {
    CHECK(std::ranges::find(plan.rules, finding.kind, &vision::RuleTiming::kind) != plan.rules.end());
    CHECK((finding.confidence >= 0 && finding.confidence <= 1));
    CHECK((finding.box.x >= -1e-9 && finding.box.y >= -1e-9 && finding.box.width >= 0 && finding.box.height >= 0));
    CHECK((finding.box.x + finding.box.width <= 1 + 1e-9 && finding.box.y + finding.box.height <= 1 + 1e-9));
    CHECK(finding.since <= frame.taken.steady);
  }
  for (const auto& one : look.observations) CHECK_FALSE(one.what.empty());
}

/// `{outer: {inner: value}}` of one setting, with what every entry needs.
std::string entry_with(const vision::DetectorType& type, const std::string& setting) {
  std::string out = "type: " + std::string(type.name) + "\n";
  if (!setting.starts_with("zone:")) out += "zone: yard\n";
  return out + (setting.starts_with("type:") ? "" : setting + "\n");
}

bool is_word(const Field& field) { return field.type == "text" || field.type == "word" || field.type == "id"; }

/// The values that a field says it takes: its default and both ends of its range.
std::vector<std::string> said_values(const Field& field) {
  std::vector<std::string> out;
  if (!field.fallback.empty()) out.push_back(is_word(field) ? "\"" + field.fallback + "\"" : field.fallback);
  const auto to = field.range.find(" to ");
  if (to != std::string::npos && (field.type.ends_with("number") || field.type == "duration" || field.type == "size")) {
    out.push_back(field.range.substr(0, to));
    out.push_back(field.range.substr(to + 4));
  }
  return out;
}

void check_fields(const vision::DetectorType& type, const std::vector<Field>& fields, const std::string& before,
                  const std::string& after) {
  for (const auto& field : fields) {
    CAPTURE(type.name, field.name, field.range);
    CHECK(field.help.size() > 10);
    CHECK(field.help.ends_with('.'));
    CHECK((field.required || is_word(field) || field.inner || field.schema.contains("default") ||
           field.type.starts_with("list")));
    for (const auto& value : said_values(field)) {
      const auto faults = plan_faults(type, node_of(entry_with(type, before + field.name + ": " + value + after)));
      CAPTURE(value, faults);
      CHECK(faults.find(field.name + ": ") == std::string::npos);
    }
    if (field.inner) check_fields(type, *field.inner, before + field.name + ": {", "}" + after);
  }
}

/// A folder of its own, gone at the end.
struct Scratch {
  fs::path path = fs::temp_directory_path() / ("kuzet-contract-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(path); }
};

struct StoppedClock final : Clock {
  [[nodiscard]] Moment now() const override { return {Steady(1h), Wall(1795321858000ms), ClockState::synced}; }
};

/// Sources of every kind that are not there.
const std::vector<std::string> missing{
    "/nowhere/kuzet/missing.mp4", "/nowhere/kuzet/folder/",           "/dev/null/x.mp4",
    "/dev/kuzet-no-video",        "rtsp://127.0.0.1:9/kuzet-missing", "http://127.0.0.1:9/x"};

/// How the failure of this source reads; empty when it can be read.
std::string failure(const drivers::CameraType& type, const std::string& source, std::stop_token stop) {
  const StoppedClock clock;
  auto camera = type.open({.source = source, .pace = drivers::Pace::fast, .timeout = 2s}, clock, stop);
  if (!camera) return (camera.error().code == Code::io ? "io: " : "not io: ") + camera.error().what;
  const auto frame = (*camera)->read(stop);
  if (frame) return *frame ? "" : "io: at its end";
  return (frame.error().code == Code::io ? "io: " : "not io: ") + frame.error().what;
}

bool is_sentence(const std::string& text) {
  return text.starts_with("io: ") && text.size() > 8 && text.find('\n') == std::string::npos;
}

}  // namespace

TEST_CASE("every detector says what it is", "[plugins]") {
  REQUIRE_FALSE(vision::detector_types().empty());
  for (const auto* type : vision::detector_types()) {
    CAPTURE(type->name);
    CHECK(type->summary.size() > 40);
    CHECK((type->rate > 0 && type->rate <= 30));
    REQUIRE(type->fields != nullptr);
    CHECK(vision::find_detector(type->name) == type);
  }
  CHECK(vision::find_detector("nothing") == nullptr);
}

TEST_CASE("every detector accepts its own sample and the sample names every setting", "[plugins][K6]") {
  for (const auto* type : vision::detector_types()) {
    CAPTURE(type->name);
    const Node entry = sample(*type);
    CHECK(plan_faults(*type, entry).empty());
    for (const auto& field : *type->fields) {
      CAPTURE(field.name);
      CHECK((is_shared(field) || entry.find(field.name) != nullptr));
    }
    REQUIRE(entry.find("type") != nullptr);
    CHECK(entry.find("type")->text == type->name);
  }
}

TEST_CASE("every detector refuses an unknown key and names the right one", "[plugins][K6]") {
  for (const auto* type : vision::detector_types())
    for (const auto& field : *type->fields) {
      Node entry = sample(*type);
      entry.members.push_back({field.name + "x", {99, 1}, {}});
      CHECK(plan_faults(*type, entry) ==
            "sample.yaml:99:1: detect." + field.name + "x: unknown key; did you mean \"" + field.name + "\"?\n");
    }
}

TEST_CASE("every setting has a sentence and a default inside its own range", "[plugins][K6]") {
  for (const auto* type : vision::detector_types()) check_fields(*type, *type->fields, "", "");
}

TEST_CASE("every detector gives an empty look at an empty or tiny picture", "[plugins][K7]") {
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    for (const cv::Size& size : {cv::Size(0, 0), cv::Size(1, 1), cv::Size(7, 5), cv::Size(2, 900), cv::Size(900, 1)}) {
      const auto detector = from.make(zone, {});
      for (std::uint64_t number = 0; number < 20; ++number) {
        const auto look = detector->look(painted(number, type->rate, size));
        CAPTURE(type->name, size.width, size.height, number, told(look));
        CHECK(look.findings.empty());
      }
    }
  }
}

TEST_CASE("every detector survives odd sizes and four thousand pixels", "[plugins][K7]") {
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    for (const cv::Size& size :
         {cv::Size(31, 17), cv::Size(333, 187), cv::Size(1279, 719), cv::Size(200, 1201), cv::Size(3840, 2160)}) {
      const auto detector = from.make(zone, {});
      for (std::uint64_t number = 0; number < (size.width > 3000 ? 8U : 40U); ++number) {
        const Frame frame = painted(number, type->rate, size);
        CAPTURE(type->name, size.width, size.height, number);
        check_look(detector->look(frame), from, frame);
      }
    }
  }
}

TEST_CASE("every detector survives a picture that changes its size in mid-stream", "[plugins][K7]") {
  const std::vector<cv::Size> sizes{{640, 360}, {320, 180}, {1920, 1080}, {0, 0}, {7, 5}, {641, 361}, {360, 640}};
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    const auto detector = from.make(zone, {});
    for (std::uint64_t number = 0; number < 140; ++number) {
      const Frame frame = painted(number, type->rate, sizes[number / 5 % sizes.size()]);
      CAPTURE(type->name, number);
      check_look(detector->look(frame), from, frame);
    }
  }
}

TEST_CASE("every detector survives time that stands still, jumps and goes back", "[plugins][K7]") {
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    const auto detector = from.make(zone, {});
    for (std::uint64_t number = 0; number < 60; ++number) {
      const std::uint64_t moment = number < 20 ? 3 : number < 40 ? number * 20'000 : 60 - number;
      const Frame frame = painted(moment, type->rate, {640, 360});
      CAPTURE(type->name, number);
      CHECK_NOTHROW(detector->look(frame));
    }
  }
}

TEST_CASE("every detector finds the same in the same pictures twice", "[plugins]") {
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    for (const Polygon& where : type->needs_zone ? std::vector<Polygon>{zone} : std::vector<Polygon>{{}, zone}) {
      const auto first = from.make(where, {}), second = from.make(where, {});
      CAPTURE(type->name, where.size());
      const std::string told_first = story(*first, type->rate);
      CHECK_FALSE(told_first.empty());  // a detector that never says anything is the same twice too
      CHECK(told_first == story(*second, type->rate));
    }
  }
}

TEST_CASE("every detector goes on with alerts from before a restart", "[plugins][K3]") {
  for (const auto* type : vision::detector_types()) {
    const auto from = plan(*type);
    for (const char* likeness : {"", "not what it wrote", "\xff\x01{[,"}) {
      const auto detector = from.make(zone, {});
      Finding open;
      if (!from.rules.empty()) open.kind = from.rules[0].kind;
      open.object = 41;
      open.box = {0.3, 0.3, 0.2, 0.2};
      open.likeness = likeness;
      CAPTURE(type->name, likeness);
      CHECK_NOTHROW(detector->resume(std::vector<Finding>{open}));
      CHECK_NOTHROW(story(*detector, type->rate));
    }
  }
}

TEST_CASE("every camera driver says what it is and reads something", "[plugins]") {
  REQUIRE_FALSE(drivers::camera_types().empty());
  for (const auto* type : drivers::camera_types()) {
    CAPTURE(type->name);
    CHECK(type->summary.size() > 20);
    CHECK_FALSE(type->accepts(""));
    CHECK(std::ranges::any_of(missing, [&](const std::string& source) { return type->accepts(source); }));
  }
}

TEST_CASE("a source that is not there fails with one sentence and may be tried again", "[plugins][K7]") {
  for (const auto* type : drivers::camera_types())
    for (const auto& source : missing) {
      if (!type->accepts(source)) continue;
      const auto said = failure(*type, source, {});
      CAPTURE(type->name, source, said);
      CHECK(is_sentence(said));
    }
}

TEST_CASE("a file that is no footage fails with one sentence", "[plugins][K7]") {
  const Scratch scratch;
  std::ofstream(scratch.path / "empty.mp4").flush();
  std::ofstream(scratch.path / "words.mp4") << "no footage at all, only words\n";
  fs::create_directories(scratch.path / "folder");
  for (const auto* type : drivers::camera_types())
    for (const char* source : {"empty.mp4", "words.mp4", "folder"}) {
      const std::string path = (scratch.path / source).string();
      if (!type->accepts(path)) continue;
      const auto said = failure(*type, path, {});
      CAPTURE(type->name, source, said);
      CHECK(is_sentence(said));
    }
}

TEST_CASE("a camera driver returns at once when the stop was requested before", "[plugins][K7]") {
  const Scratch scratch;
  const std::string pipe = (scratch.path / "pipe.mp4").string();  // opening it waits for a writer that never comes
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::vector<std::string> sources = missing;
  sources.push_back(pipe);
  sources.emplace_back("rtsp://192.0.2.1/never-answers");
  std::stop_source stop;
  stop.request_stop();
  for (const auto* type : drivers::camera_types())
    for (const auto& source : sources) {
      if (!type->accepts(source)) continue;
      CAPTURE(type->name, source);
      const auto begin = std::chrono::steady_clock::now();
      CHECK_FALSE(failure(*type, source, stop.get_token()).empty());
      CHECK(std::chrono::steady_clock::now() - begin < 1s);
    }
}

}  // namespace kuzet
