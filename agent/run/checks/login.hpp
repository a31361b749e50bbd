// SPDX-License-Identifier: Apache-2.0
// A login at the broker beside the agent's own: under another name, without a will, and without a single message.
#pragma once

#include "agent/core/time.hpp"
#include "agent/link/link.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::run::checks {

struct Login {
  std::optional<link::Welcome> welcome;  ///< nothing: it was not let in
  link::Version version = link::Version::v5;
  std::string failure;                 ///< why not
  std::map<std::string, int> answers;  ///< to each subscription: below 0x80 it was granted; -1: no answer
};

/// In this version, or in 5 and then in 3.1.1 where none is given. Takes at most `patience` for each attempt.
Login log_in(link::Connection connection, std::optional<link::Version> version, const std::vector<std::string>& filters,
             Duration patience);

}  // namespace kuzet::run::checks
