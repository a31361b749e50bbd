// SPDX-License-Identifier: Apache-2.0
// The kept JSON Schema accepts what `check` accepts and refuses what it refuses, but for faults that no schema can find: a
// table.
#include "agent/run/configuration.hpp"
#include "tests/configurations/as_json.hpp"
#include "tests/configurations/mutations.hpp"
#include "tests/harness/catch.hpp"
#include "tests/harness/json_schema.hpp"
#include "tests/harness/process.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <sstream>

namespace kuzet::test {

namespace {

const std::string schema_file = std::string(KUZET_SOURCE_DIR) + "/config/schema/kuzet.schema.json";

const Environment no_environment = [](std::string_view) { return std::optional<std::string>(); };

/// What only `check` finds: the kind of fault, and how its sentence reads.
struct CheckAlone {
  const char* kind;
  const char* sentence;
};
constexpr std::array check_alone{
    CheckAlone{"a name that stands nowhere else in the file",
               "there is no (zone|camera|sensor|condition|calendar|output|rule|terminal)|there is no (sensor or camera|camera, "
               "sensor)"},
    CheckAlone{"a name that is there twice", "already|the same detector watches|is the same device"},
    CheckAlone{"a reading that this sensor does not have", "has no reading|does not measure|no forecast|is no level"},
    CheckAlone{"a zone that crosses itself, or has no area", "crosses itself|has no area"},
    CheckAlone{"a duration or a size beyond its range, in whatever unit it is written",
               "[0-9.]+(d|h|min|s|ms|us|ns|[kMGT]B|[KMGT]iB|B) is out of range|must be at least 1(s|min)|is needed with rise "
               "and fall"},
    CheckAlone{"numbers that contradict each other",
               "must not be (above|below|more|less)|must be (less|more) than|must be above|comes before|must not be the "
               "same|is the same as on|"
               "must not be 0|begins when it ends|would end behind"},
    CheckAlone{"a file that is not there or cannot be read", "No such file|is no file|cannot be read|not an ONNX"},
    CheckAlone{"a time zone that this system does not have", "no time zone"},
    CheckAlone{"what no driver can reach: a source, an address, a topic, a header",
               "cannot read|names no host|must be tcp://|is no address|is no topic|is no path|port must be|is no header "
               "field|must begin with|"
               "must be the number of a device|must be a number or a name|not a URL|must begin|is no URL|no such address|is no "
               "JSON pointer|must be the whole way"},
    CheckAlone{
        "settings of a driver that need or exclude each other",
        "is for serial lines only|is for registers only|is for type bit only|either a `coil`|says nothing without|also "
        "needs|belong together|"
        "has no meaning|needs it|needs format|is missing: (without|whoever)|must be (600ms|1 to 247|0 to 247)|no usual speed|"
        "either full or empty|either `calendar`|names either|one value only|is for a register|a username already"},
    CheckAlone{"a pattern of RE2, and its groups", "has no group|pattern|\\(\\?P<"},
    CheckAlone{"a channel of the kernel", "no channel of the kernel|must have a number|must have no number"},
    CheckAlone{"an answer that nobody confirms", "nobody confirms it"},
    CheckAlone{"the way in which a number or a truth value is written: +5, 0x10, 1e2 or 5.0 for a whole number, True",
               "must be (a whole number|a number|true or false)|is not a size|is not an id"},
};

bool only_check_finds(const std::string& sentence) {
  static const auto patterns = [] {
    std::vector<std::regex> out;
    for (const auto& one : check_alone) out.emplace_back(one.sentence);
    return out;
  }();
  return std::ranges::any_of(patterns, [&](const std::regex& one) { return std::regex_search(sentence, one); });
}

struct Case {
  std::string name;
  std::string said;  // by check; empty: it accepts
};

/// The first thing that the schema says against each of the texts, by number.
std::map<std::size_t, std::string> judged(const std::vector<std::string>& texts) {
  const TempFolder folder;
  std::string all;
  for (const auto& text : texts) all += text + "\n";
  write_file(folder / "all.jsonl", all);
  write_file(folder / "judge.py", R"(
import json, sys
from jsonschema import Draft202012Validator as Judge
schema = json.load(open(sys.argv[1], encoding="utf-8"))
Judge.check_schema(schema)
judge = Judge(schema)
for i, line in enumerate(open(sys.argv[2], encoding="utf-8").read().split("\n")[:-1]):
    fault = next(judge.iter_errors(json.loads(line)), None)
    if fault is not None:
        print(f"{i} {fault.json_path}: {fault.message[:200]}".replace("\n", " "))
print("done")
)");
  const auto ran = run({"/usr/bin/python3", (folder / "judge.py").string(), schema_file, (folder / "all.jsonl").string()});
  INFO(ran.errors);
  REQUIRE(ran.code == 0);
  REQUIRE(ran.output.ends_with("done\n"));
  std::map<std::size_t, std::string> out;
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line) && line != "done";) out[std::stoul(line)] = line.substr(line.find(' ') + 1);
  return out;
}

}  // namespace

TEST_CASE("the schema for editors accepts what check accepts and refuses what check refuses", "[K6][schema]") {
  if (!can_judge_json()) {
    WARN("python3-jsonschema is not there: not judged");
    return;
  }
  std::vector<Case> cases;
  std::vector<std::string> texts;
  const auto add = [&](const std::string& name, const std::string& text) {
    Faults faults("f.yaml");
    const Node root = read_yaml(text, no_environment, faults);
    if (!faults.none()) return;  // no YAML: no editor gets as far as the schema
    const auto all = run::parse(text, "f.yaml", no_environment);
    cases.push_back({name, all ? "" : all.error().what});
    texts.push_back(as_json(root));
  };
  for (const auto& source : right_configurations()) add(source.name, source.text);
  for (const auto& mutant : slips()) add(mutant.name, mutant.text);
  const auto refused = judged(texts);
  std::size_t accepted = 0, agreed = 0, left = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& one = cases[i];
    const auto found = refused.find(i);
    accepted += one.said.empty() ? 1 : 0;
    if (one.said.empty() && found != refused.end())
      FAIL_CHECK("only the schema refuses: " << one.name << ": " << found->second);
    if (one.said.empty() == (found == refused.end())) ++agreed;
    if (one.said.empty() || found != refused.end()) continue;
    ++left;
    std::istringstream lines(one.said);
    for (std::string line; std::getline(lines, line);)
      if (!only_check_finds(line)) FAIL_CHECK("the schema lets through: " << one.name << ": " << line);
  }
  WARN(cases.size() << " configurations, " << accepted << " right; the schema agrees on " << agreed << ", check alone finds "
                    << left);
  CHECK(cases.size() >= 400);
  CHECK(accepted >= 30);
}

}  // namespace kuzet::test
