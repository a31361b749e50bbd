// SPDX-License-Identifier: Apache-2.0
// Hundreds of wrong configurations: none takes the agent down, each is refused in a moment with line and key and the right
// word.
#include "agent/run/configuration.hpp"
#include "tests/configurations/mutations.hpp"
#include "tests/harness/catch.hpp"

#include <ctime>
#include <regex>
#include <sstream>

namespace kuzet::test {

namespace {


const Environment no_environment = [](std::string_view) { return std::optional<std::string>(); };

/// A line of `check`: file, line, column, and the way to the value but for what is wrong with the whole file.
const std::regex form(R"(f\.yaml:[1-9][0-9]*:[1-9][0-9]*: .{3,900})");

// Of processor time: a busy machine is no fault. Sanitizers make everything several times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double longest_read = 10;  // seconds
#else
constexpr double longest_read = 2;  // seconds
#endif

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Said {
  std::string all;  // empty: accepted
  std::vector<std::string> lines;
};

Said said_of(const Mutant& mutant) {
  const double begin = processor_seconds();
  const auto all = run::parse(mutant.text, "f.yaml", no_environment);
  CHECK(processor_seconds() - begin < longest_read);
  Said out;
  if (all) return out;
  CHECK(all.error().code == Code::config);
  out.all = all.error().what;
  std::istringstream lines(out.all);
  for (std::string line; std::getline(lines, line);) out.lines.push_back(line);
  return out;
}

bool matches(const std::string& line) { return line.size() < 1000 && std::regex_match(line, form); }

void check_form(const Said& said) {
  for (std::size_t i = 0; i < said.lines.size() && i < 50; ++i) {
    CAPTURE(said.lines[i]);
    CHECK(matches(said.lines[i]));
  }
}

bool in_line(const Said& said, int line) {
  const std::string begin = "f.yaml:" + std::to_string(line) + ":";
  return std::ranges::any_of(said.lines, [&](const std::string& one) { return one.starts_with(begin); });
}

}  // namespace

TEST_CASE("what mutants are made of is right", "[K6][mutants]") {
  for (const auto& source : right_configurations()) {
    CAPTURE(source.name);
    const auto said = said_of({"", source.name, source.text});
    CHECK(said.all.empty());
  }
}

TEST_CASE("a slip is refused with line and key, and the right word is offered", "[K6][mutants]") {
  const auto all = slips();
  std::size_t refused = 0, typos = 0, offered = 0;
  for (const auto& mutant : all) {
    CAPTURE(mutant.kind, mutant.name);
    const auto said = said_of(mutant);
    CAPTURE(said.all);
    check_form(said);
    if (said.all.empty()) continue;
    ++refused;
    if (!mutant.right) continue;
    CHECK(in_line(said, mutant.line));
    ++typos;
    const bool right = said.all.find("did you mean \"" + *mutant.right + "\"?") != std::string::npos;
    offered += right ? 1 : 0;
    CHECK(said.all.find("unknown key") != std::string::npos);
    if (mutant.kind.starts_with("Cyrillic")) CHECK(said.all.find("is a Cyrillic letter") != std::string::npos);
    if (!right) WARN("another word is as near: " << mutant.name << ": " << said.all);
  }
  WARN(all.size() << " slips, " << refused << " refused; of " << typos << " unknown keys " << offered
                  << " with the right word");
  CHECK(all.size() >= 500);
  CHECK(offered * 100 >= typos * 97);
}

TEST_CASE("whatever a file holds, it is read or refused in a moment with its line", "[K6][mutants]") {
  const auto all = whole_files();
  std::size_t refused = 0;
  for (const auto& mutant : all) {
    CAPTURE(mutant.kind, mutant.name);
    const auto said = said_of(mutant);
    check_form(said);
    refused += said.all.empty() ? 0 : 1;
    if (mutant.kind == "tabs") {
      CAPTURE(said.all);
      CHECK(said.all.find("a tab stands here") != std::string::npos);
    }
    if (mutant.kind == "spaces of the web") CHECK(said.all.find("write it anew") != std::string::npos);
    if (mutant.kind == "UTF-16") CHECK(said.all.find("UTF-16") != std::string::npos);
    if (mutant.kind == "twice") CHECK_FALSE(said.all.empty());
  }
  WARN(all.size() << " files, " << refused << " refused");
}

TEST_CASE("what editors on other systems leave in a file changes nothing", "[K6][mutants]") {
  for (const auto& mutant : harmless()) {
    CAPTURE(mutant.kind, mutant.name);
    CHECK(said_of(mutant).all.empty());
  }
}

}  // namespace kuzet::test
