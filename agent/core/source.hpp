// SPDX-License-Identifier: Apache-2.0
// The address of a camera without its secrets: the only form in which it is shown, logged, stored or sent.
#pragma once

#include <string>
#include <string_view>

namespace kuzet {

/// The source without name and password ("rtsp://gate:secret@10.0.0.5/sub" becomes "rtsp://10.0.0.5/sub") and with the values
/// of a query as "..." ("/snap?usr=a&pwd=b" becomes "/snap?usr=...&pwd=..."). Paths of files are shown as they are.
std::string shown_source(std::string_view source);

/// `text` with every place of `source`, of its name and of its password made unreadable: for the words of libraries.
std::string without_secrets(std::string text, std::string_view source);

}  // namespace kuzet
