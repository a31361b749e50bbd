// SPDX-License-Identifier: Apache-2.0
// Which version of MQTT a server is spoken to in: 5 first, 3.1.1 where it does not speak that.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"

#include <optional>

namespace kuzet::link {

/// What worked is remembered, but 5 is tried again after an hour, since 3.1.1 tells less: there a message that the broker
/// refused looks like an accepted one. One thread.
class VersionChoice {
 public:
  explicit VersionChoice(std::optional<Version> fixed) : fixed_(fixed.has_value()), version_(fixed.value_or(Version::v5)) {}

  [[nodiscard]] Version version() const { return version_; }
  /// An attempt begins.
  void begin(Steady now) {
    if (fixed_ || version_ == Version::v5 || !five_failed_) return;
    if (worked_ && now - *five_failed_ >= try_five_again) version_ = Version::v5, worked_ = false;
  }
  /// The broker welcomed us.
  void connected() { worked_ = true, doubts_ = 0; }
  /// The attempt failed. True: the next one, as soon as may be, is in the older version.
  bool refused(const Loss& loss, Steady now) {
    if (fixed_ || !loss.version_refused) return false;
    if (worked_ && ++doubts_ < convincing) return false;
    worked_ = false;
    doubts_ = 0;
    const bool was_five = version_ == Version::v5;
    version_ = was_five ? Version::v311 : Version::v5;
    if (was_five) five_failed_ = now;
    return was_five;  // when the older one is refused too, the server is no good just now
  }

 private:
  static constexpr auto try_five_again = std::chrono::hours(1);
  static constexpr int convincing = 3;  // a broker that hangs up at once may just be starting

  bool fixed_;
  Version version_;
  std::optional<Steady> five_failed_;  // when MQTT 5 was last tried in vain
  bool worked_ = false;                // with this version
  int doubts_ = 0;                     // times in a row that a version that worked seemed to be refused
};

}  // namespace kuzet::link
