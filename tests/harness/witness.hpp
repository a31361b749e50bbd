// SPDX-License-Identifier: Apache-2.0
// A control centre that believes nothing: it counts (store, seq), confirms what it has without a hole, and complains about the
// rest.
#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_folder.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace kuzet::test {

/// An independent program (mosquitto_sub with a session that outlives it, QoS 1) takes down all durable messages of all boards.
class Witness {
 public:
  enum class Role {
    listens,   ///< says nothing
    confirms,  ///< shows itself as a centre and acknowledges, twice a second, all that it has without a hole
  };
  Witness(int port, Role role);
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  /// Alerts, gaps and observations in the order of their arrival, repeats included.
  [[nodiscard]] std::vector<boost::json::object> messages() const;

 private:
  void publish(const std::vector<std::string>& words) const;
  void confirm(const std::stop_token& stop);

  int port_;
  TempFolder folder_;
  Process process_;
  std::jthread thread_;
};

/// What a store says that it accepted: the stored bytes of each alert event and gap, by its number.
struct Journal {
  std::string store;
  std::map<std::int64_t, std::string> events;
  bool whole = false;  ///< no page of it is damaged
  /// Reads a store's file, also one that was set aside; rows on damaged pages are passed over.
  static std::optional<Journal> read(const std::filesystem::path& file);
};

/// Everything about the promise that does not hold, a sentence each (the first few): an event of a journal that did not arrive
/// byte for byte and is not named by a gap, a number that was neither seen nor named, an event that no journal knows (as far as
/// all of that journal can still be read).
std::vector<std::string> complaints(const std::vector<boost::json::object>& messages, const std::vector<Journal>& journals);

/// The events that came after a later one, once repeats are removed (the first few); only what a broker refused may do so.
std::vector<std::string> out_of_order(const std::vector<boost::json::object>& messages);

}  // namespace kuzet::test
