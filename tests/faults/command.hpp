// SPDX-License-Identifier: Apache-2.0
// The real program on a site of its own: what is asked of every command is asked in one place.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::test {

/// One camera `cam` with two zones; parking spaces and fire are watched. The tests add and take away.
struct Shape {
  std::string source = "";  ///< of the camera; a file that is not there unless given
  std::string before = "";  ///< further lines before the cameras: `uplink: ...`
  std::string store = "";   ///< a folder of the site unless given
  std::string detect = "[{type: parking_space, zone: a}, {type: parking_space, zone: b}, {type: fire}]";
  std::string after = "";  ///< further lines after the camera's: another camera
};

/// A folder with a configuration and a store.
class Site {
 public:
  Site() : Site(Shape{}) {}
  explicit Site(const Shape& shape) { configure(shape); }

  void configure(const Shape& shape);
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::filesystem::path configuration() const { return folder_ / "kuzet.yaml"; }
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "store"; }

  /// `kuzet COMMAND --config ... WORDS` to its end; see ended_well().
  [[nodiscard]] Ran run(const std::string& command, const std::vector<std::string>& words = {}) const;
  /// `kuzet run`, with its standard error in log().
  [[nodiscard]] Process start() const;
  [[nodiscard]] std::string log() const { return read_text(folder_ / "log"); }
  /// Waits until the log has these words; a failed check where they do not come.
  void wait_for(const std::string& words, std::chrono::milliseconds limit = std::chrono::seconds(20)) const;
  /// What `kuzet alerts --json` tells.
  [[nodiscard]] std::vector<boost::json::object> alerts(const std::vector<std::string>& words = {}) const;

 private:
  TempFolder folder_;
};

/// `kuzet WORDS` to its end.
Ran run_kuzet(std::vector<std::string> words);

/// It ended by itself, in time, without a signal and without a fault that only the last resort caught.
void check_ended_well(const Ran& ran);
/// It ended well with this code, said nothing on standard output, and one sentence with all these words.
void check_refused(const Ran& ran, int code, const std::vector<std::string>& words);
/// Standard output as JSON Lines; a failed check where it is anything else.
std::vector<boost::json::object> json_lines(const std::string& output);

std::string word(const boost::json::object& object, const char* key);
bool contains(const std::string& text, const std::string& part);
std::size_t count(const std::string& text, const std::string& part);

/// 0 within three seconds of SIGTERM, as systemd asks for it.
void check_stops(Process& agent);

/// A video of two seconds, 320 x 240, in which a grey ramp moves.
void write_ramp(const std::filesystem::path& file);
/// A picture of that size.
void write_still(const std::filesystem::path& file);

}  // namespace kuzet::test
