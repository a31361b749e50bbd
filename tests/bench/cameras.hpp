// SPDX-License-Identifier: Apache-2.0
// What live cameras cost the whole agent, and what one of them can do to the others.
#pragma once

#include "agent/core/geometry.hpp"
#include "tests/bench/child.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kuzet::bench {

struct LiveFootage {
  std::filesystem::path file;
  Polygon zone;       ///< where nobody may park, nor be
  double parked = 0;  ///< the second in which a vehicle stops there; 0: nobody knows
};

struct LiveRequest {
  std::vector<LiveFootage> footage;  ///< the rendered scene first
  std::filesystem::path folder;      ///< empty, for what is written
  std::chrono::seconds duration{30};
  int pairs = 3;
};

/// One camera of a configuration: `detect` names detectors, `more` are further settings ("decode: key, ").
struct Watching {
  std::string id;
  std::string source;
  std::vector<std::string> detect;
  std::string more = {};
};

/// `kuzet run` with these cameras, in a folder of its own beneath `folder`, until this object ends.
class LiveAgent {
 public:
  LiveAgent(const std::filesystem::path& folder, const std::string& name, const std::vector<Watching>& cameras,
            const Polygon& zone);

  [[nodiscard]] const Child& process() const { return *process_; }
  /// What its status says of each camera.
  [[nodiscard]] std::map<std::string, boost::json::object> cameras() const;
  /// Waits until all its cameras show pictures; throws std::runtime_error when they do not.
  void must_watch() const;
  /// The newest message of each alert.
  [[nodiscard]] std::vector<boost::json::object> alerts() const;
  [[nodiscard]] std::string log() const;

 private:
  [[nodiscard]] std::string ask(std::vector<std::string> words) const;

  std::filesystem::path folder_;
  std::unique_ptr<Child> process_;
};

double number(const boost::json::object& of, const char* key);

void measure_live(const LiveRequest& request);
void measure_live_memory(const LiveRequest& request);
void measure_files(const LiveRequest& request);
void measure_isolation(const LiveRequest& request);
void measure_promptness(const LiveRequest& request);
void measure_endurance(const LiveRequest& request);

}  // namespace kuzet::bench
