// SPDX-License-Identifier: Apache-2.0
// Whether a message is what it says it is: rotten pages may hold rows that SQLite reads without complaint.
#pragma once

#include "agent/outbox/message.hpp"

namespace kuzet::outbox {

/// Its body is a JSON object that names this very place (`store`, `seq`), and its topic is one that may be published to.
bool is_sound(const Pending& message);

}  // namespace kuzet::outbox
