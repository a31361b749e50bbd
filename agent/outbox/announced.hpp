// SPDX-License-Identifier: Apache-2.0
// The pictures and films that an event in the journal announces, held against the files in the store.
#pragma once

#include "agent/core/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// What an event says about one of its pictures.
struct Announced {
  std::string where;  ///< "event 7, picture 1"
  std::string alert;
  std::int64_t n = 0;
  std::string sha256;
  std::uint64_t bytes = 0;
  bool film = false;
};

/// The members of `evidence` in an event of this alert; an entry that does not make sense is a failure that says so.
std::vector<Result<Announced>> announced_in(const boost::json::object& event, const std::string& alert,
                                            const std::string& where);

/// Why the file in the store is not that picture; nothing when it is.
std::optional<std::string> fault_of(const std::filesystem::path& store, const Announced& picture);

}  // namespace kuzet::outbox
