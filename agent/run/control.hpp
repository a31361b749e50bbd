// SPDX-License-Identifier: Apache-2.0
// The running agent's window for the technician: a socket in the store's folder that tells the status and takes no orders.
#pragma once

#include "agent/core/result.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace kuzet::run {

/// Answers each connection with what `status` says, one line, and closes it. Lives on the io_context's thread. Readable for the
/// store's owner and group.
class Control {
 public:
  /// `io`: the socket cannot be made (a path longer than 107 bytes, no permission). The folder belongs to this process alone.
  static Result<std::unique_ptr<Control>> open(boost::asio::io_context& io, const std::filesystem::path& folder,
                                               std::function<std::string()> status);
  virtual ~Control() = default;
};

/// What the agent that runs on this store says of itself; `io`: none is running, or it does not answer within 5 s.
Result<std::string> ask_status(const std::filesystem::path& folder);

}  // namespace kuzet::run
