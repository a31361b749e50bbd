// SPDX-License-Identifier: Apache-2.0
// What is remembered of configurations over restarts: the last good one, a trial under way, what was taken back, what the
// control centre wants.
#pragma once

#include "agent/run/trial.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kuzet::run {

/// Whether that moment has come; without a right clock nothing expires.
bool has_expired(const std::optional<Wall>& expires, const Moment& now);

/// The file's text, and the settings of the control centre over it (JSON text; empty: none).
struct Origin {
  std::string text;
  std::string overlay;

  /// The first 16 hexadecimal digits of the text's SHA-256; with an overlay, of both, a line feed between them.
  [[nodiscard]] std::string fingerprint() const;
  friend bool operator==(const Origin&, const Origin&) = default;
};

/// Of a text alone.
std::string fingerprint_of(std::string_view text);

/// The configuration that last passed its trial.
struct LastGood {
  Origin origin;
  Baseline worked;  ///< what works under it, as last seen
  Wall since;
  std::optional<Wall> expires = {};  ///< of the overlay

  /// With the overlay as long as that has not expired.
  [[nodiscard]] Origin at(const Moment& now) const;
};

/// A trial that began and has not ended.
struct Attempt {
  std::string fingerprint;
  Baseline before;
  int interrupted = 0;   ///< how often the agent ended in it, not in good order
  bool running = false;  ///< it has not been left in good order
  Wall since;
};

/// A text that is being read, with the files that it names, and how often that has begun and not ended.
struct Judging {
  std::string fingerprint;
  int begun = 0;
};

/// A file's text that was taken back after its trial: not tried again as it is.
struct TakenBack {
  std::string fingerprint;
  std::string why;
  Wall at;
};

/// The newest settings of the control centre that this board could take.
struct Wanted {
  std::string id;
  Wall issued;
  std::optional<Wall> expires;
  std::string settings;    ///< JSON text; empty: none
  std::string taken_back;  ///< why, after its trial; not tried again under this id
  Wall at;
};

struct Kept {
  std::optional<LastGood> good;
  std::optional<Attempt> attempt;
  std::optional<Judging> judging;
  std::vector<TakenBack> taken_back;  ///< the newest last
  std::optional<Wanted> wanted;

  /// Why this text was taken back; nothing: it was not.
  [[nodiscard]] const TakenBack* find(const std::string& fingerprint) const;
  /// At most eight are remembered.
  void take_back(TakenBack one);
};

/// The file in the state folder that holds all of it, so that no part of it can be older than another.
std::filesystem::path kept_file(const std::filesystem::path& folder);
/// Nothing kept where there is no file; `corrupt` where it cannot be believed.
Result<Kept> read_kept(const std::filesystem::path& folder);
/// It is there whole when this returns, or as it was before (a file of its own, flushed, renamed, the folder flushed). For its
/// owner alone: configurations may hold what others need not know.
Result<> write_kept(const std::filesystem::path& folder, const Kept& kept);

}  // namespace kuzet::run
