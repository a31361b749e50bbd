// SPDX-License-Identifier: Apache-2.0
// Writing who this board is into its configuration, and leaving all the rest as somebody wrote it, comments too.
#pragma once

#include "agent/core/result.hpp"

#include <string>
#include <vector>

namespace kuzet::cli {

/// The four settings that `kuzet enroll` writes.
struct Enrolled {
  std::string node, site;            ///< node.id, node.site
  std::vector<std::string> servers;  ///< uplink.servers
  std::string identity;              ///< uplink.identity
};

/// The text of a configuration with these in it; nothing else of it changes, neither a blank nor a comment. `config`: it is not
/// written in a way in which this can be done; the sentence says so, and nothing is lost. What it gives back has been read
/// again: it means the same as before but for these four.
Result<std::string> with_identity(const std::string& text, const Enrolled& enrolled);

/// The four settings as lines that a person can put into the file.
std::string by_hand(const Enrolled& enrolled);

}  // namespace kuzet::cli
