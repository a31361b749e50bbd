// SPDX-License-Identifier: Apache-2.0
// Times of the day at which a rule holds: "22:00-06:00", "07:30-12:00, 13:00-18:00".
#pragma once

#include "agent/core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kuzet {

/// Spans of local time. None: always.
class Hours {
 public:
  static constexpr int day = 24 * 60;  ///< minutes

  Hours() = default;
  /// One or more spans, with a comma between; one that ends before it begins goes over midnight, 24:00 is the end of a day.
  /// Fails with `config` and one sentence. An empty text is always.
  static Result<Hours> parse(std::string_view text);

  [[nodiscard]] bool always() const { return spans_.empty(); }
  /// `minute` of the local day, 0 to 1439. The first minute of a span belongs to it, the last does not.
  [[nodiscard]] bool hold(int minute) const;
  /// The same where a span counts only on some days: it belongs to the day on which it begins. `today`, `yesterday`: whether
  /// these days count.
  [[nodiscard]] bool hold(int minute, bool today, bool yesterday) const;
  /// As it would be written; empty for always.
  [[nodiscard]] std::string text() const;

 private:
  struct Span {
    int from = 0;
    int to = 0;
  };
  std::vector<Span> spans_;
};

}  // namespace kuzet
