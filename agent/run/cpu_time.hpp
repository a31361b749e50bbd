// SPDX-License-Identifier: Apache-2.0
// How much of the processor this thread, or this program, has used.
#pragma once

#include "agent/core/time.hpp"

namespace kuzet::run {

Duration thread_cpu();
Duration process_cpu();

}  // namespace kuzet::run
