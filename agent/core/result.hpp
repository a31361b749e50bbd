// SPDX-License-Identifier: Apache-2.0
// Result<T>: the one way in which a function that touches the world says that it could not.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace kuzet {

/// What kind of failure it is; the kind decides what the agent does about it.
enum class Code {
  config,   ///< the configuration is wrong: refuse to start (exit 78)
  io,       ///< the world did not play along: retry with back-off
  busy,     ///< somebody else holds it just now: retry soon
  corrupt,  ///< stored data cannot be believed: set aside, start fresh, say so
  full,     ///< no room left: keep what is accepted, give up the least important first
};

/// A failure: its kind and one sentence for a person, which gathers context on its way up.
struct Error {
  Code code = Code::io;
  std::string what;

  /// The same failure seen from further out: "camera gate: rtsp: open: timed out".
  [[nodiscard]] Error within(std::string_view context) && { return {code, std::string(context) + ": " + std::move(what)}; }
  [[nodiscard]] Error within(std::string_view context) const& { return Error(*this).within(context); }
};

template <class T = void>
using Result = boost::system::result<T, Error>;

/// Called by Result::value() on a failure; only for callers that treat failure as a bug (tests, main).
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.what);
}

}  // namespace kuzet
