// SPDX-License-Identifier: Apache-2.0
// Holds JSON texts against a JSON Schema (draft 2020-12), with the judge that others use: python3-jsonschema.
#pragma once

#include "tests/harness/temp_folder.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::test {

/// Runs a command; true when it exits with 0. Its output comes back in `output`.
inline bool runs(const std::string& command, std::string& output) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return false;
  char part[512];
  while (std::fgets(part, sizeof part, pipe) != nullptr) output += part;
  return ::pclose(pipe) == 0;
}

/// Whether this machine can judge (package python3-jsonschema).
inline bool can_judge_json() {
  std::string output;
  return runs("python3 -c 'import jsonschema'", output);
}

/// What is wrong with each of `texts`, one line a fault ("0: 'seq' is a required property"); empty when all are good.
inline std::string faults_by_schema(const std::string& schema, const std::vector<std::string>& texts) {
  const TempFolder folder;
  write_file(folder / "schema.json", schema);
  for (std::size_t i = 0; i < texts.size(); ++i) write_file(folder / (std::to_string(i) + ".json"), texts[i]);
  write_file(folder / "judge.py", R"(
import json, sys
from jsonschema import Draft202012Validator as Judge
def read(name): return json.load(open(sys.argv[1] + "/" + name, encoding="utf-8"))
schema = read("schema.json")
Judge.check_schema(schema)
judge = Judge(schema, format_checker=Judge.FORMAT_CHECKER)
for i in range(int(sys.argv[2])):
    for fault in judge.iter_errors(read(f"{i}.json")):
        print(f"{i}: {fault.json_path}: {fault.message}")
)");
  std::string output;
  const std::string command =
      "python3 '" + (folder / "judge.py").string() + "' '" + folder.path().string() + "' " + std::to_string(texts.size());
  return runs(command, output) ? output : "the judge failed: " + output;
}

}  // namespace kuzet::test
