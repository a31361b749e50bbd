// SPDX-License-Identifier: Apache-2.0
// What goes into the store and what comes out of it, as values.
#pragma once

#include "agent/core/alert.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::outbox {

/// What is given up first when room is short: the last of these; alerts (and gaps) never, while they are unconfirmed.
enum class Class { alert, evidence, observation };
std::string_view name(Class what);

/// Where an event comes from: the store that counts it, and its place there.
struct Stamp {
  std::string store;
  std::uint64_t seq = 0;
  std::uint64_t boot = 0;
};

/// A picture, or a film, that is on disk.
struct Picture {
  std::string alert;
  int n = 0;
  std::string topic;
  std::string sha256;
  std::uint64_t bytes = 0;
  bool film = false;  ///< MP4; otherwise JPEG
};

/// A film that was written to the store's folder under a name of its own, flushed, and is not kept yet.
struct FilmFile {
  std::string part;  ///< its path
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// Which of the pictures that wait is to be sent next.
struct Wanted {
  bool films = true;          ///< false: they stay here
  bool newest_first = false;  ///< those of the newest event first; otherwise of the oldest
  bool operator==(const Wanted&) const = default;
};

/// A message on its way into the store.
struct Draft {
  std::string alert;  ///< its id; empty for a gap and for observations
  Phase phase = Phase::opened;
  std::string kind;    ///< "fire", "gap", "observation"
  std::string schema;  ///< "kuzet.alert/1"
  Moment at;
  std::string topic;
  std::vector<Picture> pictures;    ///< from keep_picture()
  std::string open_state;           ///< what restores the alert after a restart; empty once nothing is to be restored
  std::optional<Wall> state_until;  ///< of a closed alert: its state is worth keeping until then (its cooldown)
  /// The JSON object that will be sent, complete but for `chain`, which the store adds to events, and `published` and `late`.
  std::function<std::string(const Stamp&)> body;
};

/// Something was given up: the messages of this class between these two places of the store `of`, both included.
struct Gap {
  std::string of;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;  ///< nothing: and all that followed
  Class what = Class::observation;
  std::uint64_t count = 0;  ///< 0: not known
  std::string why;          ///< "budget", "disk", "expired", "corrupt"
};

/// A message's place in this store file, also for messages that came over from an older one: these have negative handles.
/// `generation` tells a renewed store from the one before.
struct Handle {
  std::uint64_t generation = 0;
  std::int64_t row = 0;
  auto operator<=>(const Handle&) const = default;
};

/// A message that waits, with its final bytes.
struct Pending {
  Handle handle;
  Class what = Class::alert;
  std::string store;  ///< whose `seq` it is
  std::uint64_t seq = 0;
  std::string alert;  ///< empty for a gap and for observations
  std::string schema;
  std::string topic;
  std::string body;
  Wall at;  ///< as corrected
};

/// Where to look for messages.
enum class Shelf {
  unsent,        ///< events that the broker has not acknowledged, oldest first; those that it refused are not among them
  unconfirmed,   ///< events that the broker has and the control centre has not confirmed, oldest first
  refused,       ///< events that the broker refused, oldest first
  observations,  ///< oldest first
  span,          ///< events by their number, whatever became of them
};

struct Page {
  Shelf shelf = Shelf::unsent;
  std::int64_t after = least;  ///< rows above this one
  std::size_t limit = 64;
  std::optional<Wall> since;                          ///< observations: none older than this
  std::uint64_t to = static_cast<std::uint64_t>(-1);  ///< span: none beyond this

  static constexpr std::int64_t least = INT64_MIN;
};

/// What became of messages that were taken from the store.
struct Settled {
  std::vector<Handle> sent;                     ///< the broker has them
  std::vector<std::pair<Handle, int>> refused;  ///< and its reason
  [[nodiscard]] bool empty() const { return sent.empty() && refused.empty(); }
};

struct PendingPicture {
  Picture about;
  std::string content;
};

/// A place in the journal that was signed by this board's key.
struct Checkpoint {
  std::string store;
  std::uint64_t seq = 0;
  std::string chain;  ///< of that event; empty while there is none
  std::uint64_t commands = 0;
  std::string command_chain;
  Wall at;
  std::string signature;  ///< Ed25519 (RFC 8032) over checkpoint_text(), 128 hexadecimal digits
};

/// What became of a store that could not be read.
struct Salvage {
  std::string name;         ///< under which it was put away
  std::string store;        ///< its id; empty when not even that could be read
  std::string why;          ///< what was wrong with it
  std::uint64_t saved = 0;  ///< messages that came over and will be sent
  std::uint64_t lost = 0;   ///< places that could not be read
};

/// Adds members to the end of a JSON object's bytes: with_members("{\"a\":1}", "\"b\":2") is {"a":1,"b":2}.
std::string with_members(const std::string& object, const std::string& members);

}  // namespace kuzet::outbox
