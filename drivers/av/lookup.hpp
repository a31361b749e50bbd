// SPDX-License-Identifier: Apache-2.0
// Looks the name of a camera up without ever waiting longer than we want to: the system's own look-up cannot be interrupted.
#pragma once

#include "agent/core/result.hpp"
#include "drivers/av/patience.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kuzet::drivers::av {

/// Numeric addresses of a name, the preferred one first; fails with a sentence. Called on a thread of its own, takes as long
/// as it takes.
using Resolver = std::function<Result<std::vector<std::string>>(const std::string& host)>;

/// What the system knows (hosts file, DNS, mDNS where it is set up).
Result<std::vector<std::string>> system_look_up(const std::string& host);

/// The addresses of `host`. Fails with `io`: "no such host", and the sentence of open_failed() when patience is over. A look-up
/// that hangs goes on by itself: at most one for each host, whoever asks next waits for the same one, and it ends when the
/// system gives up.
Result<std::vector<std::string>> look_up(const std::string& host, const Patience& patience,
                                         const Resolver& resolver = system_look_up);

/// How many look-ups are under way.
std::size_t look_ups_under_way();

/// Why an open came to nothing: the wait was over, or what was met is no good.
Error open_failed(const Patience& patience, Error otherwise);

}  // namespace kuzet::drivers::av
