// SPDX-License-Identifier: Apache-2.0
// What the guardian is told comes out as it went in, and what it cannot read is no crash.
#include "agent/run/guarded.hpp"
#include "tests/harness/box.hpp"
#include "tests/harness/catch.hpp"

namespace kuzet::run {

TEST_CASE("settings of outputs go through the pipe as they stand in the file", "[answers]") {
  Faults faults("f");
  const Node root = read_yaml(
      "- {file: \"17\", list: [a, \"b\"], map: {x: 1, y: }}", [](auto) { return std::nullopt; }, faults);
  REQUIRE(faults.none());
  OutputSettings output;
  output.id = "siren";
  output.limits.safe = true;
  output.attached.type = &test::box_device();
  output.entry = root.items[0];
  const auto find = [](std::string_view name) -> const drivers::DeviceType* {
    static drivers::DeviceType any;
    any = test::box_device();
    any.output = [](const Node& entry, const std::string&, Faults&) {
      drivers::Device out;
      out.line = entry.find("file")->text + (entry.find("file")->quoted ? " quoted " : " plain ") +
                 entry.find("list")->items[1].text + entry.find("map")->find("x")->text;
      return out;
    };
    return name == "box" ? &any : nullptr;
  };
  const auto text = guarded_text({output});
  CHECK(text.find('\n') == text.size() - 1);
  const auto read = read_guarded(text, find);
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  CHECK(read->front().id == "siren");
  CHECK(read->front().limits.safe);
  CHECK(read->front().attached.device.line == "17 quoted b1");
}

TEST_CASE("a list of outputs that cannot be read is refused with a sentence", "[answers]") {
  for (const auto* text :
       {"", "{", "{}", "[1]", "[{}]", R"([{"id":"a","driver":"none"}])", R"([{"id":"a","driver":"box"}])",
        R"([{"id":"a","driver":"box","entry":["map","file"]}])", R"([{"id":"a","driver":"box","entry":[["map"]]}])"})
    CHECK_FALSE(read_guarded(text, test::find_box).has_value());
}

}  // namespace kuzet::run
